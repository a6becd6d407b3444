using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MedQA.Datasets.Answers;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Sources;

/// <summary>Checks the records of one file in order and turns them into questions.</summary>
internal sealed class RecordAcceptance(QuestionSetOptions options)
{
    private const int MaxIdLength = 200;

    private readonly Dictionary<UInt128, (int Line, UInt128 Content)> _seenIds = [];
    private readonly HashSet<UInt128> _renamedContents = [];
    private int _renamed;
    private string _renamedAs = "";

    /// <summary>
    /// A note on how rows are named; <see langword="null"/> if each has the id that the file gives it.
    /// </summary>
    public string? Sentence => _renamed == 0
        ? null
        : $"{(_renamed == 1 ? "1 row has" : $"{_renamed} rows have")} the id of an earlier row with another question: "
            + $"each is named by its id and its place in the file, as '{_renamedAs}'.";

    /// <summary>
    /// Turns a record into a row; <see langword="null"/> if the whole file must first say which notation its answers use.
    /// </summary>
    /// <param name="record">The next record.</param>
    /// <param name="evidence">What the file says about notations, once it was asked.</param>
    /// <exception cref="InputException">The file does not say which notation its answers use, or has too many rows.</exception>
    public QuestionSetRow? Accept(SourceRecord record, NotationEvidence? evidence)
    {
        if (record.Number > options.MaxRows)
        {
            throw new InputException(
                options.FileName, $"the file has more than {options.MaxRows:N0} rows (MaxRows); split it into several files.", record.Line);
        }

        int? gold = null;
        OptionSet? goldSet = null;
        var severalRight = options.RightAnswers == RightAnswers.Several && record.Options.Count > 0;
        var problem = Problem(record);
        if (problem is null && record.Options.Count > 0)
        {
            switch (severalRight
                ? GoldAnswer.DecideSet(record.Gold, record.Options, evidence, record.FirstNumber)
                : GoldAnswer.Decide(record.Gold, record.Options, evidence, record.FirstNumber))
            {
                case GoldAnswer.NeedsEvidence:
                    return null;
                case GoldAnswer.Undecidable(var sentence):
                    throw new InputException(options.FileName, sentence, record.Line);
                case GoldAnswer.Fault(var reason):
                    problem = reason;
                    break;
                case GoldAnswer.Option(var index):
                    gold = index;
                    break;
                case GoldAnswer.Options(var set):
                    goldSet = set;
                    break;
            }
        }

        var id = Blank(record.Id) ? null : record.Id!.Trim();
        var dataset = Blank(record.Dataset) ? options.DefaultDataset : record.Dataset!.Trim();
        var key = id ?? string.Create(CultureInfo.InvariantCulture, $"row-{record.Number:D5}");
        if (problem is null && !_seenIds.TryAdd(Fingerprint(dataset, key), (record.Line, Content(record))))
        {
            var (line, content) = _seenIds[Fingerprint(dataset, key)];
            var other = string.Create(CultureInfo.InvariantCulture, $"{key}-row-{record.Number:D5}");
            if (content != Content(record) && options.OnlyIds is null && other.Length <= MaxIdLength
                && _renamedContents.Add(Fingerprint([dataset, key, $"{Content(record)}"]))
                && _seenIds.TryAdd(Fingerprint(dataset, other), (record.Line, Content(record))))
            {
                _renamedAs = _renamed++ == 0 ? other : _renamedAs;
                key = other;
            }
            else
            {
                problem = $"The id '{key}' is already that of line {line}.";
            }
        }

        return problem is not null
            ? new RejectedRow(record.Line, id is { Length: > MaxIdLength } ? id[..MaxIdLength] : id, problem)
            : new AcceptedRow(
                new Question
                {
                    Id = key,
                    Dataset = dataset,
                    Topic = Blank(record.Topic) ? null : record.Topic!.Trim(),
                    Context = Blank(record.Context) ? null : record.Context,
                    Text = record.Text!,
                    Options = [.. record.Options],
                    Gold = gold,
                    SeveralRight = severalRight,
                    GoldSet = goldSet,
                    ReferenceAnswers = record.Options.Count == 0 ? [.. record.References] : [],
                },
                record.Line);
    }

    private string? Problem(SourceRecord record)
    {
        if (record.Problem is not null)
        {
            return record.Problem;
        }

        foreach (var (name, value) in Fields(record))
        {
            if (FieldProblem(name, value) is { } problem)
            {
                return problem;
            }
        }

        if (Blank(record.Text))
        {
            return "The row has no question.";
        }

        if (Identifying(record) is { } identifying)
        {
            return identifying;
        }

        return record.Options.Count switch
        {
            0 when record.MayBeFree => null,
            0 => NoOptions(record),
            1 => "The row has only 1 option; a question needs 2 to 26.",
            > OptionLetter.MaxOptions => $"The row has {record.Options.Count} options; a question can have 26 at most.",
            _ => BlankOption(record.Options),
        };
    }

    private static string? Identifying(SourceRecord record)
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[
            ("id", record.Id),
            ("dataset", record.Dataset),
            ("topic", record.Topic)
        ])
        {
            if (value?.Trim() is not { } text)
            {
                continue;
            }

            if (text.Length > MaxIdLength)
            {
                return $"The {name} has {text.Length:N0} characters; {MaxIdLength} are allowed.";
            }

            if (text.Any(char.IsControl))
            {
                return $"The {name} contains a line feed or another control character.";
            }
        }

        return null;
    }

    private static string NoOptions(SourceRecord record)
    {
        var answer = record.Gold.Select(static claim => claim.Value).FirstOrDefault(static value => !Blank(value));
        return answer is null
            ? "The row has no options; a question needs 2 to 26."
            : "The row has no options; a question needs 2 to 26. "
                + $"Where its answer '{Excerpt.Of(answer)}' is a free one, give it as reference_answers.";
    }

    private static string? BlankOption(IReadOnlyList<string> options)
    {
        for (var i = 0; i < options.Count; i++)
        {
            if (Blank(options[i]))
            {
                return $"Option {OptionLetter.Of(i)} is blank, though option {OptionLetter.Of(options.Count - 1)} is not.";
            }
        }

        return null;
    }

    private string? FieldProblem(string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        if (value.Length > options.MaxFieldLength)
        {
            return $"The {name} has {value.Length:N0} characters; {options.MaxFieldLength:N0} are allowed (MaxFieldLength).";
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            return $"The {name} contains a NUL character.";
        }

        return value.Contains(SourceText.Undecodable, StringComparison.Ordinal) || HasLoneSurrogate(value)
            ? $"The {name} contains bytes that are not text in the file's encoding; save the file as UTF-8."
            : null;
    }

    private static bool HasLoneSurrogate(string value)
    {
        var at = value.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        for (; at >= 0 && at < value.Length; at++)
        {
            if (char.IsSurrogate(value[at]) && !(at + 1 < value.Length && char.IsSurrogatePair(value[at], value[++at])))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<(string Name, string? Value)> Fields(SourceRecord record)
    {
        yield return ("id", record.Id);
        yield return ("dataset", record.Dataset);
        yield return ("topic", record.Topic);
        yield return ("context", record.Context);
        yield return ("question", record.Text);
        for (var i = 0; i < record.Options.Count; i++)
        {
            yield return (i < OptionLetter.MaxOptions ? $"option {OptionLetter.Of(i)}" : $"option {i + 1}", record.Options[i]);
        }

        foreach (var reference in record.References)
        {
            yield return ("reference answer", reference);
        }
    }

    private static bool Blank(string? value) => string.IsNullOrWhiteSpace(value);

    /// <summary>
    /// 128 bits in place of an id, so that a million ids take tens of megabytes. SHA-256 keeps anyone from making two ids collide.
    /// </summary>
    private static UInt128 Fingerprint(params ReadOnlySpan<string> texts)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(texts.ToArray().Select(static text => $"{text.Length}:{text}"))), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>The same in place of what is asked. Where only the answer differs, two rows contradict each other.</summary>
    private static UInt128 Content(SourceRecord record) => Fingerprint([record.Text ?? "", record.Context ?? "", .. record.Options]);
}
