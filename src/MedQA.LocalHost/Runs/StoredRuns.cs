using System.Text;
using System.Text.Json;
using MedQA.Client;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Settings;
using MedQA.LocalHost.Terminal;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Web.Contracts;
using MedQA.Web.Reports;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.LocalHost.Runs;

/// <summary>The runs in a storage that this process works on itself.</summary>
/// <param name="reader">Reads them.</param>
/// <param name="control">Asks for something to happen with them.</param>
/// <param name="storage">Goes with this object; <see langword="null"/> where it is somebody else's.</param>
/// <param name="listed">Is told the names of the runs, newest first, when they were listed; or <see langword="null"/>.</param>
internal sealed class StoredRuns(
    RunReader reader, RunControl control, LocalStorage? storage, Action<IEnumerable<string>>? listed = null) : IRunSource
{
    /// <summary>
    /// A run as the HTTP interface says it. The interface's own JSON is read, so that a command cannot say something else of a run here
    /// than of one in a service.
    /// </summary>
    public static Run Of(RunSummary summary) =>
        JsonSerializer.Deserialize(
            JsonSerializer.SerializeToUtf8Bytes(RunResource.Of(summary), WebJson.Default.RunResource), ClientJson.Default.Run)!;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Run>> ListAsync(CancellationToken cancellationToken)
    {
        var runs = await ListAsync(reader, cancellationToken);
        listed?.Invoke(runs.Select(static run => run.Id));
        return runs;
    }

    /// <summary>
    /// The run of a name, of the unique beginning of a name, or the latest; for commands that work on the storage itself.
    /// </summary>
    /// <exception cref="InputException">There is none, or several begin so.</exception>
    public static async Task<RunSummary> FindAsync(RunReader reader, string name, CancellationToken cancellationToken)
    {
        var run = RunSources.Choose(await ListAsync(reader, cancellationToken), name);
        return await reader.GetAsync(RunId.Parse(run.Id), cancellationToken) ?? throw new InputException($"Run {run.Id} was deleted.");
    }

    private static async Task<IReadOnlyList<Run>> ListAsync(RunReader reader, CancellationToken cancellationToken)
    {
        var runs = new List<Run>();
        string? continuation = null;
        do
        {
            var page = await reader.ListAsync(continuation, RunReader.MaxPage, cancellationToken);
            runs.AddRange(page.Runs.Select(Of));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return runs;
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenFileAsync(string run, string file, CancellationToken cancellationToken) =>
        reader.OpenFileAsync(RunId.Parse(run), file, cancellationToken);

    /// <inheritdoc/>
    public Task WriteExportAsync(string run, RunExport export, Stream file, CancellationToken cancellationToken) =>
        reader.WriteExportAsync(RunId.Parse(run), export, file, cancellationToken);

    /// <inheritdoc/>
    public async Task<Stream> OpenComparisonAsync(IReadOnlyList<Run> runs, ReportFormat format, CancellationToken cancellationToken)
    {
        var summaries = new List<RunSummary>();
        foreach (var run in runs)
        {
            summaries.Add(await FindAsync(run, cancellationToken));
        }

        var comparison = await RunComparisons.ReadAsync(reader, summaries, cancellationToken);
        return new MemoryStream(format switch
        {
            ReportFormat.Json => ReportJson.Write(comparison),
            ReportFormat.Html => Encoding.UTF8.GetBytes(ReportHtml.Write(comparison)),
            _ => Encoding.UTF8.GetBytes(ReportMarkdown.Write(comparison)),
        });
    }

    /// <inheritdoc/>
    public async Task<Run?> AskAsync(Run run, RunRequest request, CancellationToken cancellationToken)
    {
        var action = request switch
        {
            RunRequest.Cancel => RequestedAction.Cancel,
            RunRequest.Retry => RequestedAction.Retry,
            RunRequest.Delete => RequestedAction.Delete,
            RunRequest.Approve => RequestedAction.Approve,
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, "There is nothing to ask for."),
        };
        var id = RunId.Parse(run.Id);
        switch (await control.RequestAsync(id, action, cancellationToken))
        {
            case RequestOutcome.Accepted:
                await ObeyAsync(storage, id, action, cancellationToken);
                return await reader.GetAsync(id, cancellationToken) is { } summary ? Of(summary) : null;
            case RequestOutcome.OtherRules:
                throw new InputException(RunControl.OtherRulesOf(id, (await reader.GetManifestAsync(id, cancellationToken))?.Rules));
            case RequestOutcome.NotFound:
                throw new InputException($"Run {run.Id} was deleted.");
            default:
                throw new InputException(
                    $"Run {run.Id} is {StateText.Of(run)}: it cannot be asked to {request.ToString().ToLowerInvariant()}.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => storage?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Does what was asked of a run where nobody is at work who would: stopping and removing a run need no model.</summary>
    /// <param name="storage">Where the run is; <see langword="null"/> where this process works on it itself.</param>
    /// <param name="run">The run.</param>
    /// <param name="action">What was asked.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public static async Task ObeyAsync(LocalStorage? storage, RunId run, RequestedAction action, CancellationToken cancellationToken)
    {
        if (action is RequestedAction.Cancel or RequestedAction.Delete
            && storage is { AtWork: { } atWork }
            && !atWork.Processes().Any(static process => process.Drives))
        {
            var advancer = new RunAdvancer(storage.Runs, new AdvanceOptions(), TimeProvider.System, NullLogger.Instance);
            while (await advancer.AdvanceAsync(run, cancellationToken) is { State: { } state, ComeBackIn: { } pause } && !state.IsFinal())
            {
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    private async Task<RunSummary> FindAsync(Run run, CancellationToken cancellationToken) =>
        await reader.GetAsync(RunId.Parse(run.Id), cancellationToken) ?? throw new InputException($"Run {run.Id} was deleted.");
}
