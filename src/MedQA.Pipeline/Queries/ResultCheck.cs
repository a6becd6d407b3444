using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Queries;

/// <summary>Whether a run's report and table of answers are what its answers give: both are made again and compared.</summary>
internal sealed class ResultCheck(RunStorage storage)
{
    /// <summary>
    /// What is otherwise, a sentence each. When the last answer was written is not compared (it is the blobs' own time), and the seal is
    /// checked apart.
    /// </summary>
    public async Task<ImmutableArray<string>> DifferencesAsync(
        RunId run, RunManifest manifest, int retries, CancellationToken cancellationToken)
    {
        if (await storage.Blob(run, "report.json").FindContentAsync(cancellationToken) is not { } content
            || BlobReading.ParseLine(content.ToMemory(), ReportJson.Default.RunReport) is not { } stored)
        {
            return ["the report is missing or damaged"];
        }

        var complete = stored.Circumstances.Finished is not null;
        var accumulator = new ReportAccumulator(manifest.Metadata, complete ? RunFinish.StoppedOf(manifest) : null);
        var sequential = complete && manifest.Target is { } target ? new SequentialAccuracy(target) : null;
        var (looks, stop) = (0, (int?)null);
        var shown = new List<AnsweredQuestion>();
        using var table = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var columns = await ColumnsAsync(run, manifest, cancellationToken);
        table.AppendData(Encoding.UTF8.GetBytes(AnswerTable.HeaderOf(columns)));
        await foreach (var (answers, _) in new AnswerTexts(storage).RowsAsync(run, manifest, retries, cancellationToken))
        {
            foreach (var (placed, row) in answers)
            {
                accumulator.Add(placed.Answered, row.Metadata, row.OptionTexts);
                table.AppendData(Encoding.UTF8.GetBytes(AnswerTable.Line(row, columns)));
                sequential?.Add(placed.Answered);
                if (shown.Count < ExactPrompt.InReport && placed.Answered.Failure is null)
                {
                    shown.Add(placed.Answered);
                }
            }

            looks++;
            stop ??= sequential is { IsReached: true } && looks < manifest.AllBatches ? looks : null;
        }

        var header = RunFinish.HeaderOf(
            run,
            stored.Circumstances.Revision,
            manifest,
            complete,
            await new RunFinish(storage).PromptsAsync(run, manifest, shown, cancellationToken));
        var made = accumulator.Build(header with
        {
            Finished = stored.Circumstances.Finished,
            Seal = stored.Circumstances.Seal,
            PublishedEdition = stored.PublishedEdition ?? 1,
        });

        // An earlier version counted no pairs, and what it wrote is no less true.
        made = stored.Pairs is null ? made with { Pairs = null } : made;
        var differences = ImmutableArray.CreateBuilder<string>();

        // What a retry answered was open when the run could have stopped.
        if (sequential is not null && retries == 0 && stop != manifest.Stop?.Batches)
        {
            differences.Add(stop is null
                ? $"the run stopped after {manifest.Stop!.Batches} batches, and its answers do not reach what it was to stop at"
                : manifest.Stop is null
                ? $"the run asked all questions, and its answers reach what it was to stop at after {stop} batches"
                : $"the run stopped after {manifest.Stop.Batches} batches, and its answers reach what it was to stop at after {stop}");
        }

        // Other rules give other reports: what an earlier version made is not made again here.
        var canBeMade = manifest.Rules == EvaluationRules.Version;
        if (canBeMade && !ReportJson.Write(made).AsSpan().SequenceEqual(content.ToMemory().Span))
        {
            differences.Add("the report differs from the one that this medqa computes from the answers");
        }

        if (canBeMade
            && (await HashAsync(run, "report.md", cancellationToken) is not { } markdown
            || !IsOf(markdown, ReportMarkdown.Write(stored))
            || await HashAsync(run, "report.html", cancellationToken) is not { } page
            || !(IsOf(page, ReportHtml.Write(stored)) || IsOf(page, ReportHtml.WriteEarlier(stored)))))
        {
            differences.Add("report.md or report.html differs from report.json");
        }

        if (await HashAsync(run, "answers.csv", cancellationToken) is not { } lines
            || !lines.AsSpan().SequenceEqual(table.GetHashAndReset()))
        {
            differences.Add("answers.csv differs from the answers");
        }

        return differences.ToImmutable();
    }

    /// <summary>Which columns the stored table has: an earlier version wrote fewer, and what it wrote is no less true.</summary>
    private async Task<ImmutableArray<TableColumn<AnswerRow>>> ColumnsAsync(
        RunId run, RunManifest manifest, CancellationToken cancellationToken) => AnswerTable.ColumnsOf(
            Encoding.UTF8.GetString(
                (await storage.Blob(run, "answers.csv").FindRangeAsync(0, AnswerTable.Header.Length, cancellationToken))?.Content ?? []),
            manifest.Metadata);

    private static bool IsOf(byte[] hash, string text) => hash.AsSpan().SequenceEqual(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private async Task<byte[]?> HashAsync(RunId run, string name, CancellationToken cancellationToken)
    {
        if (await storage.Blob(run, name).FindStreamAsync(cancellationToken) is not { } blob)
        {
            return null;
        }

        await using var content = blob.Content;
        return await SHA256.HashDataAsync(content, cancellationToken);
    }
}
