using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MedQA.Files;
using MedQA.Pipeline.Queries;

namespace MedQA.Cli.Hosting;

/// <summary>A medqa process that works on the runs of a data folder.</summary>
/// <param name="Command">The command that it runs.</param>
/// <param name="Process">Its process id.</param>
/// <param name="Model">The fingerprint of its model.</param>
/// <param name="Address">The address of its HTTP API, with a trailing slash; <see langword="null"/> if it serves none.</param>
internal sealed record WorkingProcess(string Command, int Process, string Model, Uri? Address = null)
{
    /// <summary>Whether it advances runs, rather than only answering questions.</summary>
    public bool Drives => Command != AtWork.Worker;

    /// <summary>Returns its display name.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"`medqa {Command}` (process {Process})");
}

/// <summary>
/// Tracks the processes that work on the runs of a data folder. Each keeps a locked file in the folder and touches it every few seconds.
/// The system releases the lock whenever the process ends, and a suspended process (or a sleeping machine) touches nothing, so killed and
/// suspended processes are not at work. A copied folder has no locks.
/// </summary>
internal sealed class AtWork(string dataFolder, TimeProvider time) : IRunAttendance
{
    /// <summary>The name of the command that only answers questions.</summary>
    public const string Worker = "worker";

    private const int Tries = 3;
    private const char BeforeAddress = '_';
    private static readonly TimeSpan TouchEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);

    private readonly string _folder = Path.Combine(dataFolder, "at-work");

    /// <inheritdoc/>
    public IReadOnlyList<RunAttendant> Present() =>
        [.. Processes().Select(static process => new RunAttendant(process.Drives, process.Model))];

    /// <summary>Returns the processes that are at work now.</summary>
    public IReadOnlyList<WorkingProcess> Processes()
    {
        try
        {
            return [.. Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal).Select(Find).OfType<WorkingProcess>()];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Returns the address of the HTTP API that serves a data folder's runs; <see langword="null"/> if there is none.</summary>
    public static Uri? FindAddress(string dataFolder) =>
        new AtWork(dataFolder, TimeProvider.System).Processes()
            .Select(static process => process.Address)
            .FirstOrDefault(static address => address is not null);

    /// <summary>
    /// Registers this process as at work until the result is disposed. If the folder was moved or is not writable, the process works
    /// unregistered.
    /// </summary>
    /// <param name="command">The command that it runs.</param>
    /// <param name="model">The fingerprint of its model.</param>
    /// <param name="address">The address of its HTTP API; <see langword="null"/> if it serves none.</param>
    public IDisposable Begin(string command, string model, Uri? address = null)
    {
        for (var tries = 0; tries < Tries && Directory.Exists(dataFolder); tries++)
        {
            try
            {
                PrivateFiles.CreateFolder(_folder);
                var at = address is null ? "" : $"{BeforeAddress}{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(address.AbsoluteUri))}";
                var name = string.Create(
                    CultureInfo.InvariantCulture, $"{command}.{Environment.ProcessId}.{model}.{Guid.NewGuid():N}{at}");
                return new Presence(PrivateFiles.CreateOwn(Path.Combine(_folder, name)), time);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A reader may have found the file between its creation and its lock.
            }
        }

        return new Presence(null, time);
    }

    /// <summary>Returns the process of a file; <see langword="null"/> if it has ended, and the file is deleted, or is suspended.</summary>
    private WorkingProcess? Find(string path)
    {
        if (Path.GetFileName(path).Split('.') is not [var command, var number, var model, var id]
            || !int.TryParse(number, CultureInfo.InvariantCulture, out var process))
        {
            return null;
        }

        try
        {
            // Getting the lock proves that no process holds it.
            using var left = new FileStream(RegularFile.Check(path),
                FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(path)).Duration() < Fresh
                ? new WorkingProcess(command, process, model, AddressOf(id))
                : null;
        }
    }

    private static Uri? AddressOf(string id) =>
        id.IndexOf(BeforeAddress, StringComparison.Ordinal) is > 0 and var at
            && Base64Url.IsValid(id.AsSpan(at + 1))
            && Uri.TryCreate(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id.AsSpan(at + 1))), UriKind.Absolute, out var address)
            ? address
            : null;

    private sealed class Presence : IDisposable
    {
        private readonly FileStream? _file;
        private readonly ITimer? _timer;

        public Presence(FileStream? file, TimeProvider time)
        {
            _file = file;
            _timer = file is null ? null : time.CreateTimer(_ => Touch(file, time), null, TimeSpan.Zero, TouchEvery);
        }

        public void Dispose()
        {
            _timer?.Dispose();
            _file?.Dispose();
        }

        private static void Touch(FileStream file, TimeProvider time)
        {
            try
            {
                File.SetLastWriteTimeUtc(file.SafeFileHandle, time.GetUtcNow().UtcDateTime);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // The file is being deleted, or the next touch succeeds.
            }
        }
    }
}
