using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Pipeline.Annotating;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.HandingOver;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Queries;

/// <summary>
/// Reads runs and their answers, even while they are in progress. Never scans a table: a page costs the same at any size of the run.
/// </summary>
public sealed class RunReader
{
    /// <summary>The most entries of a page.</summary>
    public const int MaxPage = 500;

    private const string EveryRun = "runs";

    private readonly RunStorage _storage;
    private readonly RunRows _runs;
    private readonly AnswerRows _answers;
    private readonly BatchRows _batches;
    private readonly RunAnnotations _annotations;
    private readonly AnswersInWork _inWork;
    private readonly IRunAttendance? _attendance;
    private readonly TimeProvider _time;
    private readonly IResultCache? _cache;

    /// <summary>Reads from a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="attendance">
    /// Knows which processes work on its runs; <see langword="null"/> if that is unknown, and no run is reported as paused.
    /// </param>
    /// <param name="time">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cache">Keeps what is read of ended runs; <see langword="null"/> to keep nothing.</param>
    public RunReader(
        RunStorage storage, IRunAttendance? attendance = null, TimeProvider? time = null, IResultCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        (_storage, _attendance, _time, _cache) = (storage, attendance, time ?? TimeProvider.System, cache);
        _batches = new BatchRows(storage);
        _runs = new RunRows(storage);
        _annotations = new RunAnnotations(storage);
        _answers = new AnswerRows(storage);
        _inWork = new AnswersInWork(storage, _time);
    }

    /// <summary>A page of all runs, newest first.</summary>
    /// <param name="continuation">From the page before, or <see langword="null"/>.</param>
    /// <param name="take">1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InputException">The continuation is not one.</exception>
    public Task<RunPage> ListAsync(string? continuation, int take, CancellationToken cancellationToken) =>
        ListAsync(new RunQuery(), continuation, take, cancellationToken);

    /// <summary>A page of the runs that a query names.</summary>
    /// <param name="query">Which runs, and in which order.</param>
    /// <param name="continuation">From the page before, or <see langword="null"/>.</param>
    /// <param name="take">1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InputException">The continuation is not one of this list.</exception>
    public async Task<RunPage> ListAsync(RunQuery query, string? continuation, int take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckPage(take);
        IReadOnlyList<RunRow> rows;
        string? next;
        if (query.IsEverything)
        {
            (rows, var last) = await _runs.RecentAsync(Continuation.Key(EveryRun, continuation), take, cancellationToken);
            next = last is null ? null : Continuation.Of(EveryRun, last);
        }
        else
        {
            (rows, next) = await new RunList(_runs, _annotations).PageAsync(query, continuation, take, cancellationToken);
        }

        var runs = new List<RunSummary>(rows.Count);
        var present = rows.Any(static row => !row.Summary.State.IsFinal()) ? _attendance?.Present() : null;
        foreach (var row in rows)
        {
            runs.Add(await WithPauseAsync(await _annotations.WithCurrentAsync(row, cancellationToken), present, cancellationToken));
        }

        return new RunPage(runs, next);
    }

    /// <summary>The run, or <see langword="null"/> where there is none.</summary>
    public async Task<RunSummary?> GetAsync(RunId run, CancellationToken cancellationToken) =>
        await _runs.FindAsync(run, cancellationToken) is { } row
        ? (await WithPauseAsync(
            await _annotations.WithCurrentAsync(row, cancellationToken),
            row.Summary.State.IsFinal() ? null : _attendance?.Present(),
            cancellationToken)) with
        {
            ResultVersion = ResultVersionOf(row),
        }
        : null;

    /// <summary>How many batches wait in the queue for a worker, and for how long.</summary>
    public Task<BatchQueueState> GetQueueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        BatchQueueState.ReadAsync(_storage, now, cancellationToken);

    /// <summary>The run's whole configuration, or <see langword="null"/> where there is no such run.</summary>
    public async Task<RunManifest?> GetManifestAsync(RunId run, CancellationToken cancellationToken) =>
        (await _storage.FindManifestAsync(run, cancellationToken))?.Manifest;

    /// <summary>
    /// A page of a run's answers in the order that the query names; of a run in progress, including those of unfinished batches as of at
    /// most a second ago.
    /// </summary>
    /// <param name="summary">The run.</param>
    /// <param name="continuation">From the page before, or <see langword="null"/>.</param>
    /// <param name="take">1 to <see cref="MaxPage"/>.</param>
    /// <param name="query">Which answers.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">
    /// The continuation is not one, or the answers are to be sorted and the run has no result yet.
    /// </exception>
    public async Task<AnswerPage> AnswersAsync(
        RunSummary summary, string? continuation, int take, AnswerQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(query);
        CheckPage(take);
        var (run, list) = (summary.Run, ListOf(summary.Run, query));
        var place = AnswerPlace.Of(list, continuation);
        var indexed = IsIndexed(summary);
        if (query.Order != AnswerOrder.Asked)
        {
            return indexed
                ? await new SortedAnswers(_storage, summary, Files(summary), _cache).PageAsync(query, list, place, take, cancellationToken)
                : throw InputException.Of(
                    "order", "must be \"asked\" until the run has ended and its answers can be sorted.");
        }

        // Before the table is read: what is collected in between is in both.
        var inWork = await _inWork.ReadAsync(summary, cancellationToken);
        if (!query.IsFilter)
        {
            return await new AnswerSearch(_storage, Files(summary)).PageAsync(
                run, query, list, place.Ordinal, take, summary.Questions, indexed, inWork, cancellationToken);
        }

        var filter = query.Filter;
        var entry = place.Entry is var (at, revision) && revision == summary.Revision ? at : place.Ordinal == 0 ? 0 : (int?)null;
        if (indexed
            && entry is { } position
            && await new AnswerList(Files(summary), filter).ReadAsync(position, take, cancellationToken) is var (listed, next, length))
        {
            return new AnswerPage(
                listed,
                next is { } ordinal ? new AnswerPlace(ordinal, (position + take, summary.Revision)).Continue(list) : null)
                {
                    Total = position == 0 ? length : null
                };
        }

        // If the earlier pages came from no index, or from one that a retry has replaced since, this one continues by ordinal, so that no
        // answer is skipped or repeated.
        return await ScanAsync(run, list, place.Ordinal, take, filter, summary.Questions, inWork, cancellationToken);
    }

    /// <summary>A number that changes when answers have appeared in the pages of a run in progress; 0 while there are none.</summary>
    public async Task<long> GetAnswersVersionAsync(RunSummary summary, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return (await _inWork.ReadAsync(summary, cancellationToken)).Version;
    }

    /// <summary>How the texts of some questions begin, by ordinal; for lists.</summary>
    /// <param name="summary">The run.</param>
    /// <param name="ordinals">Ascending.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<IReadOnlyDictionary<int, string>> TextsAsync(
        RunSummary summary, IReadOnlyList<int> ordinals, CancellationToken cancellationToken) =>
        (await new TextIndex(Files(summary)).ReadAsync(ordinals, cancellationToken)).ToDictionary(
            static text => text.Key, static text => text.Value.Beginning);

    /// <summary>
    /// Every collected answer that passes, in the order of the questions, read as one stream once the run has ended and a thousand at a
    /// time before. Without the questions' texts.
    /// </summary>
    public async IAsyncEnumerable<AnswerRow> AllAnswersAsync(
        RunId run, AnswerFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await GetAsync(run, cancellationToken) is not { } summary)
        {
            yield break;
        }

        var list = new AnswerList(_storage, run, filter);
        if (IsIndexed(summary) && await list.ExistsAsync(cancellationToken))
        {
            await foreach (var row in list.AllAsync(cancellationToken))
            {
                yield return row with { Text = null };
            }

            yield break;
        }

        await foreach (var row in _answers.FromAsync(run, 0, summary.Questions, 1000, cancellationToken))
        {
            if (filter.Passes(row))
            {
                yield return row;
            }
        }
    }

    /// <summary>
    /// Every answer that passes, with the texts of question and answer, in the order of the questions; of a question that was tried again
    /// the last try. Of a run in progress, including those of unfinished batches that are there when the reading begins. A few batches are
    /// in memory at a time.
    /// </summary>
    /// <param name="run">The run; one that is not there has no answers.</param>
    /// <param name="filter">Which answers.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">An answer is not where it was written.</exception>
    public async IAsyncEnumerable<AnswerRow> AllTextsAsync(
        RunId run, AnswerFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await FindWithManifestAsync(run, cancellationToken) is not var (summary, manifest))
        {
            yield break;
        }

        var texts = new AnswerTexts(_storage);
        var inWork = (await _inWork.ReadAsync(summary, cancellationToken)).Rows;
        var finished = texts.RowsAsync(run, manifest, summary.Retry, cancellationToken)
            .SelectMany(static batch => batch.Answers.ToAsyncEnumerable())
            .Select(static answer => answer.Row);
        await foreach (var row in RowsInWork.MergeAsync(
            finished, texts.InWorkAsync(run, manifest, inWork, cancellationToken), cancellationToken))
        {
            if (filter.Passes(row))
            {
                yield return row;
            }
        }
    }

    /// <summary>
    /// Every answer of the finished batches with its votes, and its row with the texts of question and answer, in the order of the
    /// questions; of a question that was tried again the last try. A few batches are in memory at a time.
    /// </summary>
    /// <param name="run">The run; one that is not there has no answers.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<(AnsweredQuestion Answered, AnswerRow Row)> AllAnsweredTextsAsync(
        RunId run, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await FindWithManifestAsync(run, cancellationToken) is not var (summary, manifest))
        {
            yield break;
        }

        await foreach (var (answers, _) in new AnswerTexts(_storage).RowsAsync(run, manifest, summary.Retry, cancellationToken))
        {
            foreach (var answer in answers)
            {
                yield return (answer.Placed.Answered, answer.Row);
            }
        }
    }

    /// <summary>
    /// Writes a file that is made of the finished batches each time it is asked for: a question, or a sample, is in memory at a time. A
    /// file that states the report's figures has the answers that these count, also while a run is resumed or tried again.
    /// </summary>
    /// <param name="run">The run; one that is not there has no answers.</param>
    /// <param name="export">Which file.</param>
    /// <param name="file">Where to; not closed, and never written to other than asynchronously.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <exception cref="InvalidDataException">An answer, a question or the report is not where it was written.</exception>
    public async Task WriteExportAsync(RunId run, RunExport export, Stream file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var found = await FindWithManifestAsync(run, cancellationToken);
        await (export switch
        {
            RunExport.Answers => RunExports.WriteAnswersAsync(Everything(), file, cancellationToken),
            RunExport.Samples => RunExports.WriteSamplesAsync(Everything(), file, cancellationToken),
            RunExport.Inspect => HandOverAsync(InspectLog.WriteAsync),
            RunExport.Harness => HandOverAsync(HarnessFiles.WriteAsync),
            RunExport.EveryEval => HandOverAsync(EveryEvalRecords.WriteAsync),
            RunExport.Card => file.WriteAsync(CardOf(await HandedAsync()), cancellationToken).AsTask(),
            _ => throw new ArgumentOutOfRangeException(nameof(export), export, "Unknown file."),
        });

        static byte[] CardOf(HandedRun handed) => Encoding.UTF8.GetBytes(ReportMarkdown.WriteCard(handed.Report, handed.Carded));

        IAsyncEnumerable<(Question Question, AnsweredQuestion Answer, AnswerRow Row)> Everything(IReadOnlySet<BatchId>? only = null) =>
            found is var (summary, manifest)
                ? new AnswerTexts(_storage).EverythingAsync(run, manifest, summary.Retry, only, cancellationToken)
                : AsyncEnumerable.Empty<(Question, AnsweredQuestion, AnswerRow)>();

        async Task HandOverAsync(
            Func<HandedRun, IAsyncEnumerable<(Question, AnsweredQuestion, AnswerRow)>, Stream, CancellationToken, Task> writeAsync)
        {
            var handed = await HandedAsync();
            await writeAsync(handed, Everything(await CountedAsync(handed.Report.Circumstances.Seal)), file, cancellationToken);
        }

        // The batches of the report, by the seal that was made with it: others were finished later. Reports of early versions have none.
        async Task<IReadOnlySet<BatchId>?> CountedAsync(string? chain)
        {
            var content = chain is null ? null : await _storage.Blob(run, RunSeal.BlobName).FindContentAsync(cancellationToken);
            return content is not null && BlobReading.ParseLine(content.ToMemory(), PipelineJson.Compact.RunSeal) is { } seal
                && seal.Chain == chain
                ? seal.Batches.Select(static sealing => BatchId.TryParse(sealing.Batch, out var batch) ? batch : default).ToHashSet()
                : null;
        }

        async Task<HandedRun> HandedAsync()
        {
            return found is var (known, asked) && await _storage.Blob(run, "report.json").FindContentAsync(cancellationToken) is { } report
                ? new HandedRun(known, asked, ReportJson.Read(report.ToMemory().Span))
                : throw new InvalidDataException($"The report is not where it was written: report.json of run {run}.");
        }
    }

    /// <summary>
    /// Every answer of the finished batches with its votes, in the order of the questions; of a question that was tried again the last try.
    /// Reasonings are read without their texts and tokens, which are not needed; a few batches are in memory at a time.
    /// </summary>
    public async IAsyncEnumerable<AnsweredQuestion> AllAnsweredAsync(
        RunId run, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await FindWithManifestAsync(run, cancellationToken) is not var (summary, manifest))
        {
            yield break;
        }

        await foreach (var (answers, _) in new RunAnswers(_storage).AllAsync(run, manifest, summary.Retry, cancellationToken))
        {
            foreach (var answer in answers)
            {
                yield return answer.Answered;
            }
        }
    }

    /// <summary>A question of the run by its id, with its place; <see langword="null"/> where the run has no such question.</summary>
    /// <param name="summary">The run.</param>
    /// <param name="questionId">The id. Where several data sets use it, the first of the run is meant; <c>dataset/id</c> names exactly
    /// one.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<(int Ordinal, Question Question)?> FindQuestionAsync(
        RunSummary summary, string questionId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(questionId);

        // Each question appears twice in the index: under its id, and under its data set and id.
        var ordinals = await OrdinalIndex.FindAsync(Files(summary), questionId, 2 * summary.Questions, cancellationToken);
        foreach (var ordinal in ordinals.Order())
        {
            if (await GetQuestionAsync(summary, ordinal, cancellationToken) is { } question
                && (question.Id == questionId || $"{question.Dataset}/{question.Id}" == questionId))
            {
                return (ordinal, question);
            }
        }

        return null;
    }

    /// <summary>The question at a place of the run, or <see langword="null"/>.</summary>
    public async Task<Question?> GetQuestionAsync(RunSummary summary, int ordinal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summary);
        if (_cache is null || summary.ResultVersion is null)
        {
            return await GetQuestionAsync(summary.Run, ordinal, cancellationToken);
        }

        var (batchSize, questions) = await _cache.GetAsync(summary, "batch size", LoadAsync, cancellationToken);
        if (ordinal < 0
            || ordinal >= questions
            || await Files(summary).FindContentAsync(
                $"questions/{BatchId.First(ordinal / batchSize)}.jsonl", cancellationToken) is not { } content)
        {
            return null;
        }

        return BlobReading.LinesOf(content)
            .Select(static line => BlobReading.ParseLine(line, PipelineJson.Compact.BatchQuestion))
            .FirstOrDefault(question => question?.Ordinal == ordinal)?.Question;

        async Task<LoadedPart<BatchSizes>> LoadAsync(CancellationToken cancel) =>
            await GetManifestAsync(summary.Run, cancel) is { } manifest
                ? new LoadedPart<BatchSizes>(new BatchSizes(manifest.BatchSize, manifest.Questions), 0)
                : new LoadedPart<BatchSizes>(new BatchSizes(1, 0), null);
    }

    /// <summary>The question at a place of the run, or <see langword="null"/>.</summary>
    public async Task<Question?> GetQuestionAsync(RunId run, int ordinal, CancellationToken cancellationToken)
    {
        if (await GetManifestAsync(run, cancellationToken) is not { } manifest || ordinal < 0 || ordinal >= manifest.Questions)
        {
            return null;
        }

        var question = await _storage.Questions(run, BatchId.First(manifest.BatchOf(ordinal)))
            .ReadLinesAsync(PipelineJson.Compact.BatchQuestion, cancellationToken)
            .FirstOrDefaultAsync(question => question.Ordinal == ordinal, cancellationToken);
        return question?.Question;
    }

    /// <summary>Every question of the run in order; those of a blob that is missing are left out.</summary>
    public async IAsyncEnumerable<Question> AllQuestionsAsync(
        RunId run, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await GetManifestAsync(run, cancellationToken) is not { } manifest)
        {
            yield break;
        }

        for (var batch = 0; batch < manifest.AllBatches; batch++)
        {
            await foreach (var question in _storage.Questions(run, BatchId.First(batch))
                .ReadLinesAsync(PipelineJson.Compact.BatchQuestion, cancellationToken))
            {
                yield return question.Question;
            }
        }
    }

    /// <summary>
    /// A question's answer with every reasoning and vote; of a run in progress, also one that is not collected yet. <see langword="null"/>
    /// while there is none.
    /// </summary>
    public async Task<AnsweredQuestion?> FindAnswerAsync(RunSummary summary, int ordinal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(summary);
        if ((await _inWork.ReadAsync(summary, cancellationToken)).Find(ordinal) is { } row && BatchId.TryParse(row.Batch, out var batch))
        {
            var line = await _storage.Progress(summary.Run, batch).FindLineAsync(row.Offset, row.Length, cancellationToken);
            if (BlobReading.ParseLine(line, PipelineJson.Compact.AnsweredQuestion) is { } answered && answered.Ordinal == ordinal)
            {
                return answered;
            }
        }

        return await GetAnswerAsync(summary.Run, ordinal, cancellationToken);
    }

    /// <summary>A question's answer with every reasoning and vote, or <see langword="null"/> while it is not collected.</summary>
    public async Task<AnsweredQuestion?> GetAnswerAsync(RunId run, int ordinal, CancellationToken cancellationToken)
    {
        if (await _answers.FindAsync(run, ordinal, cancellationToken) is not { } row
            || !BatchId.TryParse(row.Batch, out var batch)
            || await _storage.Answers(run, batch).FindContentAsync(cancellationToken, row.Offset, row.Length) is not { } content)
        {
            return null;
        }

        return BlobReading.ParseLine(content.ToMemory(), PipelineJson.Compact.AnsweredQuestion) is { } answered
            && answered.Ordinal == ordinal
            ? answered
            : throw new InvalidDataException(
                $"The answer is not where it was written: answers/{batch}.jsonl of run {run} was changed.");
    }

    /// <summary>
    /// Whether the stored answers are those that the run's result was made from, and the result (report and table of answers) is what they
    /// give.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="reportSeal">The seal that the run's report states (<see cref="Evaluation.Reporting.RunCircumstances.Seal"/>), from
    /// storage or from a copy of the report elsewhere.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns><see langword="null"/> where the run is not there or has no seal: it has no result yet, or was made by a version that wrote
    /// none.</returns>
    public async Task<SealCheck?> CheckSealAsync(RunId run, string? reportSeal, CancellationToken cancellationToken)
    {
        if (await _runs.FindAsync(run, cancellationToken) is not { Summary: var summary }
            || await GetManifestAsync(run, cancellationToken) is not { } manifest
            || await _storage.Blob(run, RunSeal.BlobName).FindContentAsync(cancellationToken) is not { } content
            || BlobReading.ParseLine(content.ToMemory(), PipelineJson.Compact.RunSeal) is not { } stated)
        {
            return null;
        }

        var check = SealCheck.Of(
            stated,
            await new RunAnswers(_storage).SealAsync(run, manifest, summary.Retry, cancellationToken),
            reportSeal,
            questionsChanged: manifest.QuestionsHash.Length > 0
                && await HashQuestionsAsync(run, manifest, cancellationToken) != manifest.QuestionsHash);

        // A result of answers that were changed is another one anyway.
        return check.Differences.IsEmpty
            ? check with { Differences = await new ResultCheck(_storage).DifferencesAsync(run, manifest, summary.Retry, cancellationToken) }
            : check;
    }

    /// <summary>
    /// What <see cref="RunManifest.QuestionsHash"/> is over the questions as they are now; a batch that is missing is left out.
    /// </summary>
    private async Task<string> HashQuestionsAsync(RunId run, RunManifest manifest, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var number = 0; number < manifest.AllBatches; number++)
        {
            if (await _storage.Questions(run, BatchId.First(number)).FindContentAsync(cancellationToken) is { } content)
            {
                hash.AppendData(content.ToMemory().Span);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// A file of the result as it was written (<c>report.json</c>, <c>report.md</c>, <c>report.html</c>, <c>answers.csv</c>,
    /// <c>answers.parquet</c>, <c>rejected.csv</c>), or <see langword="null"/> while it is not there. The caller disposes it.
    /// </summary>
    public async Task<Stream?> OpenFileAsync(RunId run, string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return await _storage.Blob(run, name).FindReadableAsync(cancellationToken);
    }

    private async Task<(RunSummary Summary, RunManifest Manifest)?> FindWithManifestAsync(RunId run, CancellationToken cancellationToken) =>
        await _runs.FindAsync(run, cancellationToken) is { Summary: var summary }
            && await GetManifestAsync(run, cancellationToken) is { } manifest ? (summary, manifest) : null;

    private async Task<RunSummary> WithPauseAsync(RunRow row, IReadOnlyList<RunAttendant>? present, CancellationToken cancellationToken)
    {
        var summary = row.Summary;
        return present is not null && await RunPause.IsPausedAsync(summary, present, IsAnsweredAsync)
            ? summary with { Paused = true }
            : summary;

        async Task<bool> IsAnsweredAsync() =>
            RunPause.IsAnswered(await _batches.FromAsync(summary.Run, summary.Retry, row.Cursor, cancellationToken), _time.GetUtcNow());
    }

    private async Task<AnswerPage> ScanAsync(
        RunId run,
        string list,
        int from,
        int take,
        AnswerFilter filter,
        int questions,
        RowsInWork inWork,
        CancellationToken cancellationToken)
    {
        // A filter on a run without indexes looks at a bounded number of rows: a page may then be short and still have a continuation.
        var looked = filter == AnswerFilter.All ? int.MaxValue : 4 * MaxPage;
        var rows = new List<AnswerRow>();
        var collected = _answers.FromAsync(run, from, questions, filter == AnswerFilter.All ? take + 1 : MaxPage, cancellationToken);
        await foreach (var row in RowsInWork.MergeAsync(collected, inWork.From(from).ToAsyncEnumerable(), cancellationToken))
        {
            if (rows.Count == take || looked-- == 0)
            {
                return new AnswerPage(rows, new AnswerPlace(row.Ordinal).Continue(list));
            }

            if (filter.Passes(row))
            {
                rows.Add(row);
            }
        }

        return new AnswerPage(rows, null);
    }

    private ResultFiles Files(RunSummary summary) => new(_storage, summary, _cache);

    /// <summary>
    /// What <see cref="RunSummary.ResultVersion"/> is: every change of a run, in whichever process, begins with a new version of its row.
    /// </summary>
    private static string? ResultVersionOf(RunRow row) =>
        IsIndexed(row.Summary) && row.Summary.Requested == RequestedAction.None ? row.ETag.ToString() : null;

    /// <summary>Whether the lists of the run's result exist and are current.</summary>
    private static bool IsIndexed(RunSummary summary) => summary.State.IsFinal() && summary.Revision > 0;

    private static string ListOf(RunId run, AnswerQuery query) => $"{run} {query}";

    private static void CheckPage(int take)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, MaxPage);
    }

    /// <param name="BatchSize">The questions of a batch.</param>
    /// <param name="Questions">All questions.</param>
    private sealed record BatchSizes(int BatchSize, int Questions);
}
