using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using MedQA.Azurite;
using MedQA.Evaluation.Reporting;
using MedQA.Faults.Tests.Processes;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Faults.Tests.Breaking;

/// <summary>How a run is disturbed.</summary>
internal sealed record Disturbance
{
    /// <summary>Nothing happens to it.</summary>
    public static Disturbance None { get; } = new();

    /// <summary>Draws everything.</summary>
    public int Seed { get; init; }

    /// <summary>The share of requests to storage that something happens to.</summary>
    public double Requests { get; init; }

    /// <summary>How often somebody breaks something else.</summary>
    public int Acts { get; init; }

    /// <summary>Azurite is killed where otherwise it would be stopped: it forgets what it has not flushed.</summary>
    public bool KillsAzurite { get; init; }

    /// <summary>How the workers' model breaks; see the host's <c>PoisonedModel</c>.</summary>
    public string Poison { get; init; } = "";
}

/// <summary>A run of sixty sums by real processes, two that drive and three that answer, over an Azurite of its own behind a proxy that breaks things.</summary>
internal sealed class BrokenRun : IAsyncDisposable
{
    /// <summary>How many questions it has.</summary>
    public const int Questions = 60;

    private const int Batches = 8;
    private const string Blob = "sums.csv";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private readonly AzuriteProcess _azurite;
    private readonly FaultyProxy _proxy;
    private readonly Disturbance _disturbance;
    private readonly Random _random;
    private readonly List<PipelineProcess> _controls;
    private readonly List<PipelineProcess> _workers;
    private RunId _run;

    private BrokenRun(AzuriteProcess azurite, FaultyProxy proxy, Disturbance disturbance, Timeline timeline)
    {
        (_azurite, _proxy, _disturbance, Timeline) = (azurite, proxy, disturbance, timeline);
        _random = new Random(disturbance.Seed);
        // Who looks on waits longer for a storage that starts again than the processes do, which end and are started again.
        Storage = StorageConnection.Open(AzuriteServer.ConnectionStringAt(azurite.Ports), configure: static options => options.Retry.MaxRetries = 12);
        Reader = new RunReader(Storage);
        var connection = AzuriteServer.ConnectionStringAt(proxy.Ports);
        _controls = [.. Enumerable.Range(1, disturbance.Acts > 0 ? 2 : 1).Select(number => new PipelineProcess($"control {number}", "control", connection, "", timeline))];
        _workers = [.. Enumerable.Range(1, 3).Select(number => new PipelineProcess($"worker {number}", "worker", connection, disturbance.Poison, timeline))];
    }

    /// <summary>What happened.</summary>
    public Timeline Timeline { get; }

    /// <summary>The storage, past the proxy.</summary>
    public RunStorage Storage { get; }

    /// <summary>Reads it.</summary>
    public RunReader Reader { get; }

    /// <summary>Asks things of runs.</summary>
    public RunControl Control => new(Storage, TimeProvider.System);

    /// <summary>The run.</summary>
    public RunId Run => _run;

    /// <summary>Whether the run has been there: one that is not there any more is deleted.</summary>
    private bool IsKnown => _run != default;

    /// <summary>Starts Azurite, the proxy and the processes, and uploads the questions.</summary>
    public static async Task<BrokenRun> StartAsync(Disturbance disturbance, CancellationToken cancellationToken)
    {
        var timeline = new Timeline();
        var azurite = await AzuriteProcess.StartAsync(timeline, cancellationToken);
        var proxy = await FaultyProxy.StartAsync(azurite.Ports, disturbance.Seed, disturbance.Requests, timeline, cancellationToken);
        var broken = new BrokenRun(azurite, proxy, disturbance, timeline);
        try
        {
            await broken.Storage.EnsureCreatedAsync(cancellationToken);
            await broken.UploadAsync(cancellationToken);
            return broken;
        }
        catch
        {
            await broken.DisposeAsync();
            throw;
        }
    }

    /// <summary>Breaks one thing after the other until the run has ended or is deleted, or enough is broken: two while the processes start, the others once questions are answered.</summary>
    public async Task BreakAsync(CancellationToken cancellationToken)
    {
        const int AtStart = 2;
        for (var act = 0; act < _disturbance.Acts; act++)
        {
            // When something breaks is part of the seed.
            await Task.Delay(TimeSpan.FromSeconds(0.2 + (_random.NextDouble() * 3)), cancellationToken);
            if (act == AtStart)
            {
                await UntilAsync(summary => summary is null ? IsKnown : summary.State != RunState.Queued, cancellationToken);
            }

            if (await FindAsync(cancellationToken) is { Answered: true, Summary: var summary } && (summary is null ? IsKnown : summary.State.IsFinal()))
            {
                return;
            }

            await ActAsync(cancellationToken);
        }
    }

    /// <summary>Waits until the run is as wanted.</summary>
    /// <param name="wanted">Whether it is; of <see langword="null"/> where there is no row.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TimeoutException">It does not come to that.</exception>
    public async Task<RunSummary?> UntilAsync(Func<RunSummary?, bool> wanted, CancellationToken cancellationToken)
    {
        RunSummary? seen = null;
        await UntilAsync(
            async cancel => await FindAsync(cancel) is { Answered: true, Summary: var summary } && wanted(seen = summary),
            () => $"The run is {seen?.State} with {seen?.Totals.Done} answers after {Limit.TotalMinutes:0} minutes.",
            cancellationToken);
        return seen;
    }

    /// <summary>Waits until nothing but the tombstone is left of it: a split or a step that was at work during the deletion removes what it has written when it finds that.</summary>
    /// <exception cref="TimeoutException">Something stays.</exception>
    public async Task UntilOnlyTombstoneAsync(CancellationToken cancellationToken)
    {
        var left = new List<string>();
        await UntilAsync(
            async cancel =>
            {
                left = await Storage.Runs.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{Run}/" }, cancel).Select(static blob => blob.Name).ToListAsync(cancel);
                return left is [var tombstone] && tombstone == $"{Run}/manifest.json";
            },
            () => $"There still stand {string.Join(", ", left)}.",
            cancellationToken);
    }

    private async Task UntilAsync(Func<CancellationToken, Task<bool>> isSo, Func<string> found, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            while (!await isSo(limit.Token))
            {
                // Other processes do it: there is no event here to wait for.
                await Task.Delay(200, limit.Token);
            }
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{found()}\n{Timeline}", late);
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<RunSummary> EndAsync(CancellationToken cancellationToken) => (await UntilAsync(static summary => summary?.State.IsFinal() == true, cancellationToken))!;

    /// <summary>The report without its circumstances: what must be equal however the run went.</summary>
    public async Task<string> ReportAsync(CancellationToken cancellationToken)
    {
        await using var stream = await Reader.OpenFileAsync(Run, "report.json", cancellationToken) ?? throw new InvalidOperationException($"There is no report.\n{Timeline}");
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return Encoding.UTF8.GetString(ReportJson.Write(ReportJson.Read(bytes.ToArray()) with { Circumstances = new RunCircumstances { Run = "", Seconds = 0 } }));
    }

    /// <summary>The ordinals of all answers in the blobs of finished batches, and of those in the table.</summary>
    public async Task<(List<int> Blobs, List<int> Rows)> OrdinalsAsync(CancellationToken cancellationToken)
    {
        var blobs = await Reader.AllAnsweredAsync(Run, cancellationToken).Select(static answer => answer.Ordinal).ToListAsync(cancellationToken);
        var summary = await Reader.GetAsync(Run, cancellationToken) ?? throw new InvalidOperationException($"There is no run.\n{Timeline}");
        var rows = (await Reader.AnswersAsync(summary, null, RunReader.MaxPage, new AnswerQuery(), cancellationToken)).Answers.Select(static answer => answer.Ordinal).ToList();
        return (blobs, rows);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _workers.Concat(_controls))
        {
            await process.DisposeAsync();
        }

        await _proxy.DisposeAsync();
        await _azurite.DisposeAsync();
        if (Seeds.LogFolder is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(Seeds.LogFolder, string.Create(CultureInfo.InvariantCulture, $"{_disturbance.Seed}.txt")), Timeline.ToString());
        }
    }

    private async Task UploadAsync(CancellationToken cancellationToken)
    {
        var questions = string.Join('\n', File.ReadLines(Repository.PathOf("models", "reasoner", "sums.csv")).Take(Questions + 1));
        await Storage.QuestionSets.GetBlobClient(Blob).UploadAsync(BinaryData.FromString(questions), overwrite: true, cancellationToken);
    }

    private async Task<(bool Answered, RunSummary? Summary)> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A run of an upload that was forgotten can have left its row: the newest is the one of the upload that stands.
            if (!IsKnown || _disturbance.KillsAzurite)
            {
                _run = (await Reader.ListAsync(null, 1, cancellationToken)).Runs is [var first, ..] ? first.Run : default;
            }

            return (true, !IsKnown ? null : await Reader.GetAsync(_run, cancellationToken));
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException)
        {
            // Azurite is down just now.
            return (false, null);
        }
    }

    private async Task ActAsync(CancellationToken cancellationToken)
    {
        var draw = _random.Next(26);
        try
        {
            switch (draw)
            {
                case < 8:
                    _workers[_random.Next(_workers.Count)].Kill();
                    break;
                case < 11:
                    _controls[_random.Next(_controls.Count)].Kill();
                    break;
                case < 13:
                    var pause = TimeSpan.FromSeconds(_random.NextDouble() * 3);
                    if (!_disturbance.KillsAzurite)
                    {
                        await _azurite.RestartAsync(pause, cancellationToken);
                        break;
                    }

                    await _azurite.KillAsync(pause, cancellationToken);
                    await UploadForgottenAsync(cancellationToken);
                    break;
                case < 15:
                    await UploadAgainAsync(cancellationToken);
                    break;
                case < 17:
                    await SendAsync(cancellationToken);
                    break;
                case < 20:
                    await TearAsync(cancellationToken);
                    break;
                case < 24:
                    // Longer than a lease lasts, or not.
                    await Any().SuspendAsync(TimeSpan.FromSeconds(1 + (_random.NextDouble() * 19)), cancellationToken);
                    break;
                default:
                    await Any().JumpAsync(ahead: draw % 2 == 0, cancellationToken);
                    break;
            }
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException)
        {
            Timeline.Note($"could not be done: {exception.Message.Split('\n')[0]}");
        }
    }

    private PipelineProcess Any() => _random.Next(_workers.Count + _controls.Count) is var number && number < _workers.Count
        ? _workers[number]
        : _controls[number - _workers.Count];

    /// <summary>A storage that was killed before it had flushed the questions has forgotten them: whoever uploaded them sees that, and does it again.</summary>
    private async Task UploadForgottenAsync(CancellationToken cancellationToken)
    {
        if (await Storage.QuestionSets.GetBlobClient(Blob).ExistsAsync(cancellationToken))
        {
            return;
        }

        Timeline.Note("the upload is forgotten, and made again");
        await Storage.EnsureCreatedAsync(cancellationToken);
        await UploadAsync(cancellationToken);
    }

    /// <summary>The event of the upload comes once more: nobody remembers it, and who drives runs looks at the container again.</summary>
    private async Task UploadAgainAsync(CancellationToken cancellationToken)
    {
        Timeline.Note("the event of the upload comes again");
        await StoredTable.OfRuns(Storage).DeletePartitionAsync("uploads", cancellationToken);
        _controls[_random.Next(_controls.Count)].Kill();
    }

    /// <summary>A message comes that nobody has sent: twice, late, and for a batch that may be finished.</summary>
    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var (number, late) = (_random.Next(Batches), TimeSpan.FromSeconds(_random.Next(3)));
        if (!IsKnown)
        {
            return;
        }

        Timeline.Note($"a message for batch {number} comes, and again {late.TotalSeconds:0} s later");
        var message = new BatchMessage { Run = _run.ToString(), Batch = BatchId.First(number).ToString() }.ToText();
        await Storage.BatchQueue.SendMessageAsync(message, cancellationToken);
        await Storage.BatchQueue.SendMessageAsync(message, late, cancellationToken: cancellationToken);
    }

    /// <summary>Somebody takes a batch's lease away and leaves half a line behind, as a writer does that dies in the middle of one.</summary>
    private async Task TearAsync(CancellationToken cancellationToken)
    {
        var batch = BatchId.First(_random.Next(Batches));
        if (!IsKnown)
        {
            return;
        }

        var progress = Storage.Progress(_run, batch).Client;
        try
        {
            await progress.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 409)
        {
            // Nobody has it.
        }

        if (!await progress.ExistsAsync(cancellationToken))
        {
            return;
        }

        Timeline.Note(string.Create(CultureInfo.InvariantCulture, $"half a line stands at the end of batch {batch}'s answers"));
        using var torn = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"ordinal":{{_random.Next(Questions)}},"answered":{"ordi"""));
        await progress.AppendBlockAsync(torn, new AppendBlobAppendBlockOptions(), cancellationToken);
    }
}
