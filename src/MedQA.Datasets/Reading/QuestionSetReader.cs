using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using MedQA.Datasets.Answers;
using MedQA.Datasets.Recognition;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Reading;

/// <summary>Reads question sets, record by record.</summary>
public static class QuestionSetReader
{
    /// <summary>Reads a question set from a stream.</summary>
    /// <remarks>
    /// Memory is bounded by <see cref="QuestionSetOptions.MaxRecordLength"/> and 64 bytes or so for each row. Where answers are numbers, or
    /// otherwise could mean several options, the whole file is read once more to decide what they mean; a stream that cannot seek is copied
    /// to a temporary file first. Texts are kept unchanged, blanks at their ends included; ids, data sets and topics are trimmed. A row
    /// without an id is called by its place: <c>row-00001</c> is the first after the header.
    /// </remarks>
    /// <param name="stream">The file, from the stream's current position; not closed.</param>
    /// <param name="options">How to read it, and how much.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Every record in the order of the file, as <see cref="AcceptedRow"/> or <see cref="RejectedRow"/>.</returns>
    /// <exception cref="InputException">The file is not a question set, or not within the limits. It may come after rows were
    /// given.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static IAsyncEnumerable<QuestionSetRow> ReadAsync(
        Stream stream, QuestionSetOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        return ReadRowsAsync(stream, options, cancellationToken);
    }

    /// <summary>Recognizes a question set's format by its content.</summary>
    /// <param name="stream">The file, from the stream's current position; not closed.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="InputException">Its format is unknown; the sentence says what it seems to be.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static async Task<QuestionSetFormat> RecognizeAsync(
        Stream stream, QuestionSetOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        await using var file = await SourceFile.OpenAsync(stream, options, cancellationToken);
        return (await FormatRecognition.RecognizeAsync(file, options, cancellationToken)).Format;
    }

    private static async IAsyncEnumerable<QuestionSetRow> ReadRowsAsync(
        Stream stream, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = await SourceFile.OpenAsync(stream, options, cancellationToken);
        var records = await FormatRecognition.RecognizeAsync(file, options, cancellationToken);
        var drawn = options.Sample is { } size ? await DrawAsync(file, records, options, size, cancellationToken) : null;
        var accepted = 0;
        await foreach (var row in ReadRowsAsync(file, records, options, cancellationToken))
        {
            if (row is not AcceptedRow || drawn is null || drawn.Contains(accepted++))
            {
                yield return row;
            }
        }
    }

    /// <summary>
    /// Chooses a sample of the usable questions: those whose fingerprints have the lowest hashes, by their places among the usable ones.
    /// <see langword="null"/> if that is all of them.
    /// </summary>
    private static async Task<HashSet<int>?> DrawAsync(
        SourceFile file, RecognizedFile records, QuestionSetOptions options, int size, CancellationToken cancellationToken)
    {
        var ranked = new List<(ulong Rank, int Place)>();
        await foreach (var row in ReadRowsAsync(file, records, options with { Noted = null }, cancellationToken))
        {
            if (row is AcceptedRow { Question: var question })
            {
                var hash = SHA256.HashData(Encoding.UTF8.GetBytes("sample\n" + QuestionFingerprint.Of(question)));
                ranked.Add((BinaryPrimitives.ReadUInt64BigEndian(hash), ranked.Count));
            }
        }

        if (ranked.Count <= size)
        {
            return null;
        }

        options.Noted?.Invoke(string.Create(
            CultureInfo.InvariantCulture, $"A random sample of {size} of the file's {ranked.Count} usable questions is asked."));
        return [.. ranked.Order().Take(size).Select(static question => question.Place)];
    }

    private static async IAsyncEnumerable<QuestionSetRow> ReadRowsAsync(
        SourceFile file, RecognizedFile records, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var accepted = 0;
        var acceptance = new RecordAcceptance(options);
        NotationEvidence? evidence = null;
        bool? haveOptions = null;
        bool? haveLabels = null;
        HashSet<string>? passages = null;
        var any = false;
        HashSet<string>? maybeGold = null;
        var withOptions = 0;
        var seen = new UnreadTexts();
        var metadata = new MetadataReading();
        var unmapped = options.Map?.Entries.Select(static entry => entry.Column).ToHashSet(StringComparer.Ordinal) ?? [];
        await foreach (var source in records.Read(cancellationToken))
        {
            var record = source.Trimmed(options.DropsFillers);
            any = true;
            if (unmapped.Count > 0)
            {
                unmapped.ExceptWith(record.Mapped);
            }

            if (record.Problem is null && record.Options.Count > 0)
            {
                (maybeGold ??= [.. record.MayBeGold]).IntersectWith(record.MayBeGold);
                withOptions++;
            }

            if (options.OnlyIds is { } only && (record.Id is not { } id || !only.Contains(id.Trim())))
            {
                continue;
            }

            if (record is { Problem: null, Options.Count: 0 } && (record.IsBare || record.MayBeOptions.Count > 0))
            {
                haveOptions ??= await file.InterruptAsync(() => HaveOptionsAsync(records, options, cancellationToken));
                var problem = record.IsBare ? BareRecord : TableRow.MayBeOptionsOf(record.MayBeOptions, hasOptions: true);
                record = haveOptions.Value ? record with { Problem = problem } : record;
            }

            if (record.Labelled.Count > 0)
            {
                haveLabels ??= await file.InterruptAsync(() => HaveLabelsAsync(records, options, cancellationToken));
                record = haveLabels.Value ? record : (record with { Options = record.Labelled }).Trimmed(options.DropsFillers);
            }

            string? context = null;
            if (record is { Problem: null, Codes.Count: > 0 })
            {
                passages ??= await file.InterruptAsync(() => PassagesAsync(records, options, cancellationToken));
                record = RowText.Decided(record, passages, out context);
            }

            var row = acceptance.Accept(record, evidence);
            if (row is null)
            {
                evidence = await file.InterruptAsync(() => EvidenceAsync(records, options, cancellationToken));
                row = acceptance.Accept(record, evidence)!;
            }

            if (row is AcceptedRow && options.Limit is { } limit && accepted++ == limit)
            {
                options.Noted?.Invoke(string.Create(
                    CultureInfo.InvariantCulture, $"Only the file's first {limit} usable questions are asked."));
                unmapped.Clear();
                break;
            }

            seen.Add(record, row);
            foreach (var code in record.Problem is null ? record.Codes.Where(static code => code.IsRead) : [])
            {
                if (code.Column == context || passages?.Contains(code.Column) == false)
                {
                    seen.AddCode(code.Column, code.Column == context);
                }
            }

            yield return row is AcceptedRow accepting
                ? accepting with { Question = accepting.Question with { Metadata = metadata.Of(record.Metadata) } }
                : row;
        }

        if (any && unmapped.Count > 0)
        {
            throw new InputException(
                options.FileName, $"'{Excerpt.Of(unmapped.Order(StringComparer.Ordinal).First())}' is mapped, and no record has it.");
        }

        if (!any)
        {
            throw new InputException(
                options.FileName,
                records.WhenEmpty
                    ?? (records.Format is QuestionSetFormat.Csv or QuestionSetFormat.Spreadsheet
                        ? "the file has a header, but no row below it."
                        : "the file has no record."));
        }

        foreach (var sentence in
            seen.Sentences().Concat(metadata.Sentences()).Concat(acceptance.Sentence is { } renamed ? [renamed] : []))
        {
            options.Noted?.Invoke(sentence);
        }

        if (maybeGold is { Count: > 0 })
        {
            // One row shows nothing; more would be asked for no score.
            var shown = string.Join(" and ", maybeGold.Select(static name => $"'{Excerpt.Of(name)}'"));
            var fact = $"No column with the right answer is read, but {shown} names one of the options in every row";
            if (withOptions > 1)
            {
                throw new InputException(
                    options.FileName,
                    $"{char.ToLowerInvariant(fact[0])}{fact[1..]}: if it is the right answer, name it answer or say so with "
                        + $"--map gold={maybeGold.First()}; if not, keep it beside the questions with --map metadata={maybeGold.First()}.");
            }

            options.Noted?.Invoke($"{fact}: if it is the right answer, name it answer.");
        }
    }

    private const string BareRecord =
        "The record has no options, and others of the file have: give its answer as reference_answers where it is to be a free one.";

    /// <summary>Returns whether any record of a file has options.</summary>
    private static async Task<bool> HaveOptionsAsync(
        RecognizedFile records, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var number = 0;
        await foreach (var record in records.Read(cancellationToken))
        {
            if (record.Options.Count > 0 || ++number > options.MaxRows)
            {
                return record.Options.Count > 0;
            }
        }

        return false;
    }

    /// <summary>Returns whether the options of every record follow their letters: where they do not, "A. baumannii" is a name.</summary>
    private static async Task<bool> HaveLabelsAsync(
        RecognizedFile records, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var number = 0;
        await foreach (var record in records.Read(cancellationToken))
        {
            if ((record is { Problem: null, HasLabels: false } && record.Options.Count > 0) || ++number > options.MaxRows)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the columns in which some row holds what its question is about, and others may hold a code.</summary>
    private static async Task<HashSet<string>> PassagesAsync(
        RecognizedFile records, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var (passages, number) = (new HashSet<string>(StringComparer.Ordinal), 0);
        await foreach (var record in records.Read(cancellationToken))
        {
            passages.UnionWith(record.Passages);
            if (++number > options.MaxRows)
            {
                break;
            }
        }

        return passages;
    }

    private static async Task<NotationEvidence> EvidenceAsync(
        RecognizedFile records, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var evidence = new NotationEvidence(options.RightAnswers == RightAnswers.Several);
        await foreach (var source in records.Read(cancellationToken))
        {
            var record = source.Trimmed(options.DropsFillers);
            if (record.Problem is null && record.Options.Count is >= 2 and <= OptionLetter.MaxOptions)
            {
                evidence.Add(record.Line, record.Gold, record.Options);
            }
        }

        return evidence;
    }
}
