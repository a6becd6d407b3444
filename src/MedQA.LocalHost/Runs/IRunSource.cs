using MedQA.Client;
using MedQA.Pipeline.Queries;

namespace MedQA.LocalHost.Runs;

/// <summary>
/// Where a command finds runs: in the storage of this machine, or in a service somewhere. Both say the same, in the words of the HTTP
/// interface.
/// </summary>
internal interface IRunSource : IAsyncDisposable
{
    /// <summary>Every run, newest first.</summary>
    Task<IReadOnlyList<Run>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// A file of a run's result as it was written, or <see langword="null"/> where it is not there. The caller disposes it.
    /// </summary>
    Task<Stream?> OpenFileAsync(string run, string file, CancellationToken cancellationToken);

    /// <summary>Writes a file that is made of a run's answers when it is asked for.</summary>
    Task WriteExportAsync(string run, RunExport export, Stream file, CancellationToken cancellationToken);

    /// <summary>Runs compared in pairs. The caller disposes it.</summary>
    /// <exception cref="Settings.InputException">They cannot be compared.</exception>
    Task<Stream> OpenComparisonAsync(IReadOnlyList<Run> runs, ReportFormat format, CancellationToken cancellationToken);

    /// <summary>
    /// Asks for something to happen with a run. A run of this machine that nobody works on is cancelled or deleted before this returns.
    /// </summary>
    /// <returns>The run as it is then; <see langword="null"/> when it is gone.</returns>
    /// <exception cref="Settings.InputException">Its state does not allow it.</exception>
    Task<Run?> AskAsync(Run run, RunRequest request, CancellationToken cancellationToken);
}

/// <summary>What can be asked of a run.</summary>
internal enum RunRequest
{
    /// <summary>Stop it; its answers stay.</summary>
    Cancel,

    /// <summary>Try failed questions again, or go on.</summary>
    Retry,

    /// <summary>Remove it and everything that it wrote.</summary>
    Delete,

    /// <summary>Let it go on that waits because it is above a limit.</summary>
    Approve,
}
