using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Files;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;

namespace MedQA.Pipeline.Results;

/// <summary>
/// Writes a run's result: report, table of answers, indexes and scores. Everything in it follows from blobs, so every writer writes
/// the same.
/// </summary>
internal sealed class RunFinish(RunStorage storage)
{
    private readonly RunAnswers _answers = new(storage);

    /// <summary>Writes the result over the one before, the report last.</summary>
    /// <param name="row">The run.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="complete">Whether all its questions are done; else the report says that it is provisional.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The report, or <see langword="null"/> if another process has written one meanwhile.</returns>
    public async Task<RunReport?> WriteAsync(RunRow row, RunManifest manifest, bool complete, CancellationToken cancellationToken)
    {
        var run = row.Summary.Run;
        using var activity = PipelineTracing.Start("write result", run.ToString());
        var blob = storage.Blob(run, "report.json");
        var before = (await blob.FindFactsAsync(cancellationToken))?.Version;
        var accumulator = new ReportAccumulator(manifest.Metadata, complete ? StoppedOf(manifest) : null);
        AnswerListWriter[] lists = [.. Enum.GetValues<AnswerFilter>().Select(filter => new AnswerListWriter(storage, run, filter))];
        var agreements = new List<(int Ordinal, double Agreement)>();
        var finished = manifest.Created;
        var shown = new List<AnsweredQuestion>();
        var table = new BlobWriter(storage.Blob(run, "answers.csv"), "text/csv; charset=utf-8");
        var columns = AnswerTable.ColumnsWith(manifest.Metadata);
        await table.WriteAsync(AnswerTable.HeaderOf(columns), cancellationToken);
        await using var spool = OutputFile.OpenTemporary();
        await using var parquet = await ParquetTable<AnswerRow>.CreateAsync(columns, spool, cancellationToken);
        var sealing = await _answers.BeginSealAsync(run, cancellationToken);
        var line = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = PipelineJson.Compact.Options.Encoder });
        await foreach (var (answers, written) in new AnswerTexts(storage).RowsAsync(
            run, manifest, row.Summary.Retry, cancellationToken, sealing))
        {
            finished = written > finished ? written : finished;
            var lines = new StringBuilder();
            foreach (var (placed, answer) in answers)
            {
                accumulator.Add(placed.Answered, answer.Metadata, answer.OptionTexts);
                if (shown.Count < ExactPrompt.InReport && placed.Answered.Failure is null)
                {
                    shown.Add(placed.Answered);
                }

                lines.Append(AnswerTable.Line(answer, columns));
                await parquet.AddAsync(answer, cancellationToken);
                if (AnswerQuery.CanBeDeferred(answer))
                {
                    agreements.Add((answer.Ordinal, answer.Agreement));
                }

                line.ResetWrittenCount();
                json.Reset();
                var listed = AnswerRows.RowOf(placed.Answered, placed.Batch, placed.Offset, placed.Length) with
                {
                    Text = answer.Question is { } question ? IndexedText.BeginningOf(question) : null
                };
                JsonSerializer.Serialize(json, listed, PipelineJson.Compact.AnswerRow);
                line.Write("\n"u8);
                foreach (var list in lists)
                {
                    await list.AddAsync(answer, line.WrittenMemory, cancellationToken);
                }
            }

            await table.WriteAsync(lines.ToString(), cancellationToken);
        }

        await table.CompleteAsync(cancellationToken);
        await parquet.CompleteAsync(cancellationToken);
        spool.Position = 0;
        await storage.Blob(run, "answers.parquet").PutAsync(spool, AnswerTable.Parquet, cancellationToken);
        var report = accumulator.Build(HeaderOf(
            run, row.Summary.Revision, manifest, complete, await PromptsAsync(run, manifest, shown, cancellationToken)) with
        {
            Finished = complete ? finished : null,
            Seal = sealing.Seal.Chain,
        });
        foreach (var list in lists)
        {
            await list.CompleteAsync(cancellationToken);
        }

        await storage.Blob(run, AgreementIndex.Name).PutAsync(AgreementIndex.Of(agreements), "application/octet-stream", cancellationToken);
        await storage.Blob(run, RunSeal.BlobName)
            .PutAsync(
                BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(sealing.Seal, PipelineJson.Compact.RunSeal)),
                "application/json",
                cancellationToken);
        await ScoreRows.WriteAsync(storage, run, report, cancellationToken);
        await storage.Blob(run, "report.md")
            .PutAsync(BinaryData.FromString(ReportMarkdown.Write(report)), "text/markdown; charset=utf-8", cancellationToken);
        await storage.Blob(run, "report.html")
            .PutAsync(BinaryData.FromString(ReportHtml.Write(report)), "text/html; charset=utf-8", cancellationToken);
        using var content = new MemoryStream(ReportJson.Write(report), writable: false);
        return await blob.TryWriteAsync(content, "application/json", before, cancellationToken) is null ? null : report;
    }

    /// <summary>The precision at which a run has stopped early; <see langword="null"/> for a run that has not.</summary>
    internal static AccuracyTarget? StoppedOf(RunManifest manifest) => manifest.Stop is null ? null : manifest.Target;

    /// <summary>What a report says of its run, but for what is known only when it is written.</summary>
    internal static ReportHeader HeaderOf(
        RunId run, int revision, RunManifest manifest, bool complete, IEnumerable<ExactPrompt> prompts) => new()
    {
        Run = run.ToString(),
        Revision = revision,
        QuestionSet = manifest.Name,
        QuestionSetHash = manifest.QuestionsHash,
        ETag = manifest.SourceETag,
        Protocol = manifest.Protocol!,
        Model = manifest.ModelName,
        ModelFingerprint = manifest.ModelFingerprint,
        Endpoint = manifest.Endpoint,
        ModelFacts = manifest.ModelFacts,
        EvaluationRules = manifest.Rules,
        Rows = manifest.Questions + manifest.RejectedRows,
        Rejected = manifest.RejectedRows,
        Notes = NotesOf(manifest, complete),
        Created = manifest.Created,
        Prompts = [.. prompts],
    };

    private static ImmutableArray<string> NotesOf(RunManifest manifest, bool complete) =>
        !complete || manifest is not { Target: { } target }
        ? manifest.Notes
        : manifest.Stop is null
        ? manifest.Notes.Add(
            $"The run was to stop once the 95 % interval of its accuracy is within ±{AccuracyTarget.TextOf(target.Points)} points, and "
                + "asked all questions: it takes that many, or a question that failed or cannot be asked left open what a stop would "
                + "rest on. The accuracy is now that of the set itself; the interval is for other questions like these.")
        : manifest.Notes.Add(
            $"The questions were asked in a random order (seed {manifest.Protocol!.Profile.Seed}), batch after batch of "
                + $"{manifest.BatchSize}, with a look after each. Answers that came in after the decision to stop are stored and not "
                + "counted.");

    /// <summary>
    /// The exact prompts of a few answers. A blob of questions that is missing or damaged costs the report their prompts only.
    /// </summary>
    internal async Task<List<ExactPrompt>> PromptsAsync(
        RunId run, RunManifest manifest, List<AnsweredQuestion> shown, CancellationToken cancellationToken)
    {
        var prompts = new List<ExactPrompt>();
        foreach (var batch in shown.GroupBy(answered => manifest.BatchOf(answered.Ordinal)))
        {
            await foreach (var question in storage.Questions(run, BatchId.First(batch.Key))
                .ReadLinesAsync(PipelineJson.Compact.BatchQuestion, cancellationToken))
            {
                if (batch.FirstOrDefault(answered => answered.Ordinal == question.Ordinal) is { } answered)
                {
                    prompts.Add(ExactPrompt.Of(manifest.Protocol!, question.Question, answered));
                }
            }
        }

        return prompts;
    }
}
