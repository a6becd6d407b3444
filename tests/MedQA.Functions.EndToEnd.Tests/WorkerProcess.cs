using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>
/// An app's own process, started as the Functions host starts it, and asked for its functions over the host's protocol (FunctionRpc.proto
/// of Azure/azure-functions-language-worker-protobuf).
/// </summary>
internal static class WorkerProcess
{
    // Numbers of fields: of a message, of the host's greeting, and of the worker's answer.
    private const int RequestId = 1, InitRequest = 17, InitResponse = 16, MetadataRequest = 29, MetadataResponse = 30;
    private const int HostVersion = 1, AppDirectory = 5;
    private const int Results = 1, RawBindings = 10;

    /// <summary>The bindings of each function, as JSON.</summary>
    /// <param name="assembly">The app's assembly, beside this one.</param>
    /// <param name="settings">The app's settings.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    public static async Task<IReadOnlyList<string>> ReadBindingsAsync(
        string assembly, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var told = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(static kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        await using var host = builder.Build();
        host.MapPost("/AzureFunctionsRpcMessages.FunctionRpc/EventStream", context => TalkAsync(context, told));
        await host.StartAsync(cancellationToken);
        using var process = Start(assembly, settings, host.Urls.Single());
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        try
        {
            var ended = process.WaitForExitAsync(cancellationToken);
            return await Task.WhenAny(told.Task, ended) == ended
                ? throw new InvalidOperationException($"{assembly} has ended with code {process.ExitCode}. {await output}{await errors}")
                : await told.Task;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static Process Start(string assembly, IReadOnlyDictionary<string, string> settings, string address)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, assembly), "--functions-uri", address, "--functions-worker-id", "worker",
            "--functions-request-id", "start", "--functions-grpc-max-message-length", "2147483647",
        ])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>The host's part of the conversation: it greets the worker, and asks for its functions.</summary>
    private static async Task TalkAsync(HttpContext context, TaskCompletionSource<IReadOnlyList<string>> told)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.StartAsync();
        await SendAsync(context, InitRequest, init =>
        {
            Write(init, HostVersion, "4.0.0.0");
            Write(init, AppDirectory, AppContext.BaseDirectory);
        });
        while (await ReceiveAsync(context) is { } message)
        {
            if (Fields(message, InitResponse).Count > 0)
            {
                await SendAsync(context, MetadataRequest, static request => Write(request, 1, AppContext.BaseDirectory));
            }

            if (Fields(message, MetadataResponse) is [{ } response])
            {
                told.TrySetResult([.. Fields(response, Results)
                    .SelectMany(static function => Fields(function, RawBindings))
                    .Select(static binding => Encoding.UTF8.GetString(binding))]);
            }
        }
    }

    private static async Task SendAsync(HttpContext context, int field, Action<CodedOutputStream> write)
    {
        var message = Message(stream =>
        {
            Write(stream, RequestId, "request");
            stream.WriteTag(field, WireFormat.WireType.LengthDelimited);
            stream.WriteBytes(ByteString.CopyFrom(Message(write)));
        });
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        await context.Response.Body.WriteAsync(frame, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static async Task<byte[]?> ReceiveAsync(HttpContext context)
    {
        var head = new byte[5];
        try
        {
            await context.Request.Body.ReadExactlyAsync(head, context.RequestAborted);
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
            await context.Request.Body.ReadExactlyAsync(message, context.RequestAborted);
            return message;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The worker has gone: the test has ended its process.
            return null;
        }
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var stream = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(stream);
        }

        return bytes.ToArray();
    }

    private static void Write(CodedOutputStream stream, int field, string text)
    {
        stream.WriteTag(field, WireFormat.WireType.LengthDelimited);
        stream.WriteString(text);
    }

    /// <summary>The values of a field of messages or texts.</summary>
    private static List<byte[]> Fields(byte[] message, int field)
    {
        var values = new List<byte[]>();
        var stream = new CodedInputStream(message);
        while (stream.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field)
            {
                values.Add(stream.ReadBytes().ToByteArray());
            }
            else
            {
                stream.SkipLastField();
            }
        }

        return values;
    }
}
