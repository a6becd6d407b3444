using System.Globalization;
using System.Text;
using Azure;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.SoftPrompts;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>The pipeline's parts over one store, as one process has them; a second one over the same store is another process.</summary>
internal sealed class Bench
{
    public static readonly Profile Quick = BuiltInProfiles.Find("self-consistency")! with { Name = "quick", Samples = 3, ExemplarSet = null, Exemplars = 0, MaxTokens = 16 };

    /// <summary>How long a message that was taken and not completed stays away.</summary>
    private static readonly TimeSpan MessageVisibility = TimeSpan.FromSeconds(2);

    public Bench(
        RunStorage storage,
        ScriptedModel? model = null,
        TimeProvider? time = null,
        SplitOptions? split = null,
        WorkerOptions? worker = null,
        AdvanceOptions? advance = null,
        string? prefixes = null,
        DayBudget? budget = null,
        ProfileStore? profiles = null,
        NoticeOptions? notices = null)
    {
        Storage = storage;
        Model = model ?? new ScriptedModel();
        Time = time ?? TimeProvider.System;
        Ledger = budget is null ? null : new BudgetLedger(storage, budget, Time);
        Uploads = new QuestionSetUploads(storage, Time, Ledger);
        split ??= new SplitOptions { DefaultProfile = "quick", BatchSize = 2, ClaimFor = TimeSpan.FromMilliseconds(50) };
        Splitter = new QuestionSetSplitter(
            storage,
            new ProfileCatalog(new OneProfile(), profiles),
            Model.Description,
            split,
            Time,
            NullLogger<QuestionSetSplitter>.Instance,
            prefixes: new SoftPromptStore(storage, prefixes),
            ledger: Ledger,
            countTokens: Model.CountTokens);
        Worker = new BatchWorker(storage, Model, worker ?? new WorkerOptions { Name = "one" }, Time, NullLogger<BatchWorker>.Instance);
        Advancer = new RunAdvancer(storage, advance ?? new AdvanceOptions(), Time, NullLogger<RunAdvancer>.Instance, ledger: Ledger, notices: notices,
            sender: notices is null ? null : new NoticeSender(notices, Time));
        Reader = new RunReader(storage);
    }

    public RunStorage Storage { get; }

    public ScriptedModel Model { get; }

    public TimeProvider Time { get; }

    public BudgetLedger? Ledger { get; }

    public QuestionSetUploads Uploads { get; }

    public QuestionSetSplitter Splitter { get; }

    public BatchWorker Worker { get; }

    public RunAdvancer Advancer { get; }

    public RunReader Reader { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A question set of so many questions; the right option goes round.</summary>
    public static string Csv(int questions, string first = "")
    {
        var csv = new StringBuilder("id,dataset,question,option_a,option_b,option_c,option_d,answer\n");
        for (var i = 0; i < questions; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"q{i},set,{first}Which finding goes with case {i}?,fever {i},cough {i},rash {i},pain {i},{"ABCD"[i % 4]}\n");
        }

        return csv.ToString();
    }

    /// <summary>Uploads a question set as any Azure tool does.</summary>
    public async Task<ETag> UploadAsync(string blob, string content) =>
        (await Storage.QuestionSets.GetBlobClient(blob).UploadAsync(BinaryData.FromString(content), overwrite: true, Cancel)).Value.ETag;

    /// <summary>Uploads and splits a question set.</summary>
    public async Task<RunId> StartAsync(int questions, string blob = "cases.csv")
    {
        var outcome = await Splitter.OnUploadAsync(blob, await UploadAsync(blob, Csv(questions)), Cancel);
        Assert.Equal(SplitResult.Created, outcome.Result);
        return outcome.Run!.Value;
    }

    /// <summary>Takes one message and answers its batch; <see langword="null"/> where the queue is empty.</summary>
    public async Task<BatchOutcome?> AnswerNextAsync(CancellationToken stopping = default)
    {
        if ((await Storage.BatchQueue.ReceiveMessageAsync(MessageVisibility, Cancel)).Value is not { } message)
        {
            return null;
        }

        Assert.True(BatchMessage.TryParse(message.MessageText, out var batch));
        var outcome = await Worker.AnswerAsync(batch, stopping);
        try
        {
            await Storage.BatchQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
        }
        catch (RequestFailedException exception) when (exception.Status is 400 or 404)
        {
            // The answer took longer than the message stays invisible: it is there again, and handled again.
        }

        return outcome;
    }

    /// <summary>Advances the run and answers its batches until it is done.</summary>
    public async Task<RunSummary> CompleteAsync(RunId run)
    {
        var began = System.Diagnostics.Stopwatch.StartNew();
        while (began.Elapsed < TimeSpan.FromMinutes(4))
        {
            var outcome = await Advancer.AdvanceAsync(run, Cancel);
            if (outcome.IsDone || outcome.IsNoticeOnly)
            {
                return (await Reader.GetAsync(run, Cancel))!;
            }

            if (await AnswerNextAsync() is null && outcome.ComeBackIn > TimeSpan.Zero)
            {
                // A message may be on its way back into the queue: there is no event to wait for.
                await Task.Delay(50, Cancel);
            }

            while (await AnswerNextAsync() is not null)
            {
                // The next.
            }
        }

        throw new InvalidOperationException($"Run {run} does not end: {await Reader.GetAsync(run, Cancel)}");
    }

    /// <summary>Deletes the run, and advances it until nothing is left.</summary>
    public async Task DeleteAsync(RunId run)
    {
        Assert.Equal(RequestOutcome.Accepted, await new RunControl(Storage, Time).RequestAsync(run, RequestedAction.Delete, Cancel));
        await GoneAsync(run);
    }

    /// <summary>Advances a run that was asked to go until nothing is left.</summary>
    public async Task GoneAsync(RunId run)
    {
        while ((await Advancer.AdvanceAsync(run, Cancel)).State is not null)
        {
            // The next part.
        }
    }

    /// <summary>The run's report without its circumstances: what must be equal however the run went.</summary>
    public async Task<string> ReportAsync(RunId run)
    {
        await using var stream = await Reader.OpenFileAsync(run, "report.json", Cancel) ?? throw new InvalidOperationException("There is no report.");
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancel);
        var report = ReportJson.Read(bytes.ToArray());
        return Encoding.UTF8.GetString(ReportJson.Write(report with { Circumstances = new RunCircumstances { Run = "", Seconds = 0 } }));
    }

    /// <summary>Every batch's row.</summary>
    public async Task<List<BatchRow>> RowsAsync(RunId run, int retry = 0) => await new BatchRows(Storage).FromAsync(run, retry, 0, Cancel);

    /// <summary>The text of a blob.</summary>
    public async Task<string?> TextAsync(RunId run, string name) => (await Storage.Blob(run, name).FindContentAsync(Cancel))?.ToString();

    internal sealed class OneProfile(Profile? quick = null) : IProfileSource
    {
        public IReadOnlyList<string> Names => ["quick", "few-shot"];

        public Profile? Find(string name) => name switch
        {
            "quick" => quick ?? Quick,
            "near" => BuiltInProfiles.Find("self-consistency")! with { Name = "near", ExemplarSelection = ExemplarSelection.Nearest, Exemplars = 1 },
            "impatient" => Quick with { Name = "impatient", MaxSeconds = 1 },
            "tuned" => Quick with { Name = "tuned", Prefix = "cardiology" },
            _ => BuiltInProfiles.Find(name),
        };
    }
}
