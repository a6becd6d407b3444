using System.Runtime.CompilerServices;
using MedQA.Datasets.Reading;
using MedQA.Datasets.Tables;
using MedQA.Datasets.Writing;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;
using MedQA.Files;

namespace MedQA.Datasets.Importing;

/// <summary>Combines files of any format into one canonical question set.</summary>
public static class QuestionSetImport
{
    /// <summary>Imports files. All are read and checked before the first byte is written, and a second time for writing.</summary>
    /// <remarks>
    /// A list of PubMedQA's decisions among the files selects records of the PubMedQA files, and must agree with them.
    /// </remarks>
    /// <param name="files">The files; rows are written in their order.</param>
    /// <param name="options">How to read each of them; names and data sets come from the files.</param>
    /// <param name="canonical">Where the question set goes; not closed.</param>
    /// <param name="rejected">Where the rows that cannot be used are listed, or <see langword="null"/>; not closed.</param>
    /// <param name="cancellationToken">Cancels the import.</param>
    /// <exception cref="InputException">A file cannot be read, two files have the same question, or a list of decisions does not
    /// fit.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static async Task<ImportOutcome> ImportAsync(
        IReadOnlyList<ImportFile> files,
        QuestionSetOptions options,
        Stream canonical,
        Stream? rejected,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(canonical);
        var sources = await SourcesAsync(files, options, cancellationToken);
        var total = new QuestionSetTally();
        var seen = new Dictionary<(string Dataset, string Id), string>();
        var imported = new List<ImportedFile>();
        foreach (var source in sources)
        {
            imported.Add(await CheckAsync(source, total, seen, cancellationToken));
        }

        if (total.Metadata.Count > MetadataReading.MaxNames)
        {
            throw new InputException(
                sources[^1].Options.FileName,
                $"with this file, the question set has {total.Metadata.Count} columns of metadata; {MetadataReading.MaxNames} are allowed. "
                    + "Import the files apart, or leave columns out.");
        }

        await QuestionSetWriter.WriteAsync(canonical, QuestionsAsync(sources, cancellationToken), total, cancellationToken);
        if (rejected is not null)
        {
            await RejectedRowsWriter.WriteAsync(rejected, RejectedAsync(sources, cancellationToken), cancellationToken);
        }

        return new ImportOutcome(imported, total);
    }

    private static async Task<List<Source>> SourcesAsync(
        IReadOnlyList<ImportFile> files, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var sources = new List<Source>();
        foreach (var file in files)
        {
            var named = options with { FileName = Path.GetFileName(file.Path), Dataset = file.Dataset };
            await using var stream = RegularFile.Open(file.Path);
            var format = await QuestionSetReader.RecognizeAsync(stream, named, cancellationToken);
            stream.Position = 0;
            var decisions =
                format == QuestionSetFormat.PubMedQaLabels ? await DecisionList.ReadAsync(stream, named, cancellationToken) : null;
            sources.Add(new Source(file.Path, format, named, decisions));
        }

        return sources.Exists(static source => source.Decisions is not null) ? Restricted(sources) : sources;
    }

    /// <summary>Restricts the PubMedQA files to the records that the list names.</summary>
    private static List<Source> Restricted(List<Source> sources)
    {
        var lists = sources.FindAll(static source => source.Decisions is not null);
        if (lists.Count > 1 || !sources.Exists(static source => source.Format == QuestionSetFormat.PubMedQa))
        {
            throw new InputException(
                lists[^1].Options.FileName,
                "a list of PubMedQA's decisions is imported together with PubMedQA's records, and only one list at a time.");
        }

        var decisions = lists[0].Decisions!;
        return sources.ConvertAll(source => source.Format == QuestionSetFormat.PubMedQa
            ? source with
            {
                Options = source.Options with { OnlyIds = decisions.Keys.ToHashSet(StringComparer.Ordinal) },
                Expected = decisions
            }
            : source);
    }

    private static async Task<ImportedFile> CheckAsync(
        Source source, QuestionSetTally total, Dictionary<(string Dataset, string Id), string> seen, CancellationToken cancellationToken)
    {
        var tally = new QuestionSetTally();
        source = source with { Options = source.Options with { Noted = tally.Note } };
        var datasets = new List<string>();
        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var row in source.RowsAsync(cancellationToken))
        {
            tally.Add(row);
            total.Add(row);
            if (row is RejectedRow { Id: { } rejectedId })
            {
                found.Add(rejectedId);
            }

            if (row is not AcceptedRow(var question, var line))
            {
                continue;
            }

            found.Add(question.Id);
            if (!datasets.Contains(question.Dataset))
            {
                datasets.Add(question.Dataset);
            }

            if (!seen.TryAdd((question.Dataset, question.Id), source.Options.FileName))
            {
                throw new InputException(
                    source.Options.FileName,
                    $"question '{question.Id}' of data set '{question.Dataset}' is also in {seen[(question.Dataset, question.Id)]}; give "
                        + "the files different data sets.",
                    line);
            }

            if (source.Expected is { } expected
                && question.Gold is { } gold
                && !string.Equals(question.Options[gold], expected[question.Id], StringComparison.OrdinalIgnoreCase))
            {
                throw new InputException(
                    source.Options.FileName,
                    $"record '{question.Id}' is decided '{question.Options[gold]}', but '{expected[question.Id]}' in the list of "
                        + "decisions.",
                    line);
            }
        }

        if (tally.Unscored is { } unscored)
        {
            tally.Note(unscored);
        }

        if (source.Expected?.Keys.Where(id => !found.Contains(id)).ToList() is { Count: > 0 } missing)
        {
            throw new InputException(
                source.Options.FileName,
                $"{missing.Count} of the {source.Expected.Count} records in the list of decisions are not in the file, for example "
                    + $"'{missing[0]}'.");
        }

        return new ImportedFile(source.Path, source.Format, tally, datasets);
    }

    private static async IAsyncEnumerable<Question> QuestionsAsync(
        List<Source> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            await foreach (var row in source.RowsAsync(cancellationToken))
            {
                if (row is AcceptedRow accepted)
                {
                    yield return accepted.Question;
                }
            }
        }
    }

    private static async IAsyncEnumerable<RejectedRow> RejectedAsync(
        List<Source> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            await foreach (var row in source.RowsAsync(cancellationToken))
            {
                if (row is RejectedRow rejected)
                {
                    yield return sources.Count == 1 ? rejected : rejected with { Reason = $"{source.Options.FileName}: {rejected.Reason}" };
                }
            }
        }
    }

    private sealed record Source(
        string Path, QuestionSetFormat Format, QuestionSetOptions Options, IReadOnlyDictionary<string, string>? Decisions)
    {
        /// <summary>The decisions that the records must have, or <see langword="null"/> if no list restricts them.</summary>
        public IReadOnlyDictionary<string, string>? Expected { get; init; }

        /// <summary>Returns the file's rows; none of a list of decisions.</summary>
        public async IAsyncEnumerable<QuestionSetRow> RowsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (Decisions is not null)
            {
                yield break;
            }

            await using var stream = RegularFile.Open(Path);
            await foreach (var row in QuestionSetReader.ReadAsync(stream, Options, cancellationToken))
            {
                yield return row;
            }
        }
    }
}
