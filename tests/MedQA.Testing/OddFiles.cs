using System.Diagnostics;
using System.Net.Sockets;

namespace MedQA.Testing;

/// <summary>Makes what is no regular file.</summary>
public static class OddFiles
{
    /// <summary>Whether this system has pipes and devices in its folders.</summary>
    public static bool Exist => !OperatingSystem.IsWindows();

    /// <summary>A pipe with a name, which nobody writes into.</summary>
    public static string Pipe(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        return path;
    }

    /// <summary>A link to a device that never ends.</summary>
    public static string Endless(string path)
    {
        File.CreateSymbolicLink(path, "/dev/zero");
        return path;
    }

    /// <summary>A socket, there until it is disposed.</summary>
    public static IDisposable Socket(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    /// <summary>Writes into a pipe once somebody reads, and ends it.</summary>
    // On a thread of its own: it waits there.
    public static Task FeedAsync(string pipe, string content) => Task.Factory.StartNew(
        () =>
        {
            using var stream = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(content));
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
