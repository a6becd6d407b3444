using System.Text;
using FsCheck.Xunit;
using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Tests.Layouts;

public sealed class OptionListProperties
{
    private static readonly string[] Texts = ["x", "it's", "say \"so\"", "a\\b", "two\nlines", "Größe 😀", "[1]", "{", "a,b", "nan", "\t", "é\u0001"];

    /// <summary>Texts are the same whether JSON or Python writes the list, the tuple, the dict or the array of NumPy.</summary>
    [Property(MaxTest = 300)]
    public void Options_do_not_depend_on_who_writes_them(int seed)
    {
        var random = new Random(seed);
        var texts = Enumerable.Range(0, random.Next(2, 6)).Select(option => $"{Texts[random.Next(Texts.Length)]}{option}").ToArray();
        var quoted = texts.Select(text => Quoted(text, random)).ToArray();
        string[] fields =
        [
            System.Text.Json.JsonSerializer.Serialize(texts),
            $"[{string.Join(", ", quoted)}]",
            $"[{string.Join(random.Next(2) == 0 ? " " : "\n ", quoted)}]",
            $"({string.Join(", ", quoted)},)",
            $"{{{string.Join(", ", quoted.Select(static (text, place) => $"'{(char)('A' + place)}': {text}"))}}}",
            $"{{'text': array([{string.Join(",\n", quoted)}], dtype=object)}}",
        ];

        Assert.All(fields, field => Assert.Equal(texts, OptionList.Parse(field).Texts));
    }

    /// <summary>Any text gives options or a sentence, and no exception.</summary>
    [Property(MaxTest = 2000)]
    public void Any_text_gives_options_or_a_sentence(int seed)
    {
        var random = new Random(seed);
        string[] pieces = ["[", "]", "{", "}", "(", ")", "'", "\"", ",", ":", "array(", "None", "nan", "A. ", "B) ", "\n", "|", "x", "\\", "\\x4", "\\ud800", " ", "1", "\ud83d"];
        var text = new StringBuilder().AppendJoin("", Enumerable.Range(0, random.Next(30)).Select(_ => pieces[random.Next(pieces.Length)])).ToString();

        var list = OptionList.Parse(text);

        Assert.True(list.Problem is null || (list.Texts.Count == 0 && list.Problem.EndsWith('.')), list.Problem);
    }

    private static string Quoted(string text, Random random)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var written = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
        written = written.Replace(quote.ToString(), $"\\{quote}", StringComparison.Ordinal);
        return $"{quote}{(random.Next(2) == 0 ? written.Replace("é", "\\xe9", StringComparison.Ordinal).Replace("\u0001", "\\u0001", StringComparison.Ordinal) : written)}{quote}";
    }
}
