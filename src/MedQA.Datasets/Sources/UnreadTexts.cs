using System.Text.RegularExpressions;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Sources;

/// <summary>
/// Counts what people should check in a file's texts: unread long texts, answers and pictures, and HTML in those that are
/// read.
/// </summary>
internal sealed partial class UnreadTexts
{
    private readonly Dictionary<string, int> _longTexts = [];
    private readonly Dictionary<string, int> _remarks = [];
    private readonly Dictionary<string, int> _answers = [];
    private readonly Dictionary<string, int> _pictures = [];
    private readonly Dictionary<string, int> _asContext = [];
    private readonly Dictionary<string, int> _asMetadata = [];
    private int _records;
    private int _withMarks;
    private string _mark = "";

    /// <summary>Counts a record and its outcome.</summary>
    public void Add(SourceRecord record, QuestionSetRow row)
    {
        _records++;
        Count(_longTexts, record.LongTexts);
        Count(_remarks, record.Remarks);
        Count(_answers, record.MayBeReferences);
        Count(_pictures, record.Pictures);

        if (row is AcceptedRow(var question, _) && MarkOf(question) is { Length: > 0 } mark)
        {
            _mark = _withMarks++ == 0 ? mark : _mark;
        }
    }

    /// <summary>Counts what a row holds in a column of codes and texts.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="isContext">Whether it is what the question is about, as in rows with texts; else it is metadata.</param>
    public void AddCode(string column, bool isContext) => Count(isContext ? _asContext : _asMetadata, [column]);

    /// <summary>Returns what the counts say, a sentence each.</summary>
    public IEnumerable<string> Sentences()
    {
        foreach (var (name, count) in _longTexts.Where(text => text.Value * 2 > _records))
        {
            yield return $"{char.ToUpperInvariant(name[0])}{name[1..]} is not read, and holds a text in {count} of {_records} rows: "
                + "if the questions are about it, name it context.";
        }

        foreach (var (name, count) in _remarks)
        {
            yield return $"{char.ToUpperInvariant(name[0])}{name[1..]} is not read, and holds a short text in {count} of {_records} rows: "
                + "if the questions are about it, name it context.";
        }

        foreach (var (name, count) in _asContext)
        {
            yield return $"'{Excerpt.Of(name)}' is shown with the questions, and holds a code or the like in {count} of {_records} rows: "
                + $"if the questions are not about it, keep it beside them with --map metadata={Excerpt.Of(name)}.";
        }

        foreach (var (name, count) in _asMetadata)
        {
            yield return $"'{Excerpt.Of(name)}' holds a code or the like in {count} of {_records} rows and a text in none, and is kept "
                + "beside the questions: if they are about it, name it context.";
        }

        foreach (var (name, count) in _answers)
        {
            yield return $"{char.ToUpperInvariant(name[0])}{name[1..]} is not read, and may hold the answer in {count} of {_records} rows: "
                + "if it does, name it reference_answers.";
        }

        foreach (var (name, count) in _pictures)
        {
            yield return $"{char.ToUpperInvariant(name[0])}{name[1..]} holds a picture in {count} of {_records} rows, "
                + "and pictures are not shown: leave out the questions that need theirs.";
        }

        if (_withMarks > 0)
        {
            yield return $"{_withMarks} of {_records} rows hold HTML, as {_mark}: "
                + "texts are used as they stand, so replace it where it should not be shown.";
        }
    }

    private static void Count(Dictionary<string, int> counts, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }
    }

    private static string MarkOf(Question question)
    {
        string[] texts = [question.Text, question.Context ?? "", .. question.Options, .. question.ReferenceAnswers];
        foreach (var text in texts)
        {
            if (Mark().Match(text) is { Success: true, Value: var mark })
            {
                return mark;
            }
        }

        return "";
    }

    [GeneratedRegex(
        @"&(?:[A-Za-z]{2,8}|#[0-9]{1,6}|#x[0-9A-Fa-f]{1,5});"
        + @"|</?(?:b|i|u|p|br|em|strong|sub|sup|span|div|li|ul|ol|table|tr|td|img|a)(?:\s[^<>]*)?/?>",
        RegexOptions.NonBacktracking)]
    private static partial Regex Mark();
}
