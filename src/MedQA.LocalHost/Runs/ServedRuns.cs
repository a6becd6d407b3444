using System.Net;
using MedQA.Client;
using MedQA.LocalHost.Settings;
using MedQA.Pipeline.Queries;

namespace MedQA.LocalHost.Runs;

/// <summary>The runs of a service.</summary>
internal sealed class ServedRuns(MedQAClient client) : IRunSource
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Run>> ListAsync(CancellationToken cancellationToken) =>
        await client.AllRunsAsync(cancellationToken).ToListAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<Stream?> OpenFileAsync(string run, string file, CancellationToken cancellationToken)
    {
        try
        {
            return await client.OpenFileAsync(run, file, cancellationToken);
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:unknown-file")
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task WriteExportAsync(string run, RunExport export, Stream file, CancellationToken cancellationToken)
    {
        await using var content = await client.OpenFileAsync(run, RunExports.NameOf(export), cancellationToken);
        await content.CopyToAsync(file, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenComparisonAsync(IReadOnlyList<Run> runs, ReportFormat format, CancellationToken cancellationToken) =>
        client.OpenComparisonAsync([.. runs.Select(static run => run.Id)], format, cancellationToken);

    /// <inheritdoc/>
    public async Task<Run?> AskAsync(Run run, RunRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request switch
            {
                RunRequest.Cancel => await client.CancelRunAsync(run.Id, cancellationToken),
                RunRequest.Retry => await client.RetryRunAsync(run.Id, cancellationToken),
                RunRequest.Delete => await client.DeleteRunAsync(run.Id, cancellationToken),
                RunRequest.Approve => await client.ApproveRunAsync(run.Id, cancellationToken),
                _ => throw new ArgumentOutOfRangeException(nameof(request), request, "There is nothing to ask for."),
            };
        }
        catch (MedQAException exception) when (exception.Status == HttpStatusCode.Conflict)
        {
            throw new InputException(exception.Message);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
