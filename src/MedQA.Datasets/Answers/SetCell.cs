using System.Text.RegularExpressions;

namespace MedQA.Datasets.Answers;

/// <summary>The ways in which a field can list right options: "A, C and D", "ACD", "0;2", the options' texts.</summary>
internal static partial class SetCell
{
    private const int MaxLength = 20_000;

    private static readonly string[] TextSeparators = ["\n", "|", ";", "；", "、", ",", "，"];

    /// <summary>
    /// Returns what a field lists: several texts for each way to read it as a list, none if it is no list. "A or C" and "A/C" are none:
    /// they do not say that both are right.
    /// </summary>
    /// <param name="value">The field.</param>
    public static IEnumerable<string[]> Lists(string value)
    {
        if (value.Length > MaxLength)
        {
            yield break;
        }

        var bare = OptionPlace.Bare(value);
        string[] places = [.. Between().Split(bare).Select(OptionPlace.Bare).Where(static part => part.Length > 0)];
        if (places.Length > 1 && Array.TrueForAll(places, static part => OptionPlace.Of(part) is not (null, null)))
        {
            yield return places;
        }
        else if (IsRun(bare))
        {
            yield return [.. bare.Select(static letter => letter.ToString())];
        }

        foreach (var separator in TextSeparators)
        {
            var texts = value.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (texts.Length > 1)
            {
                yield return texts;
            }
        }
    }

    /// <summary>Returns whether a text is letters of options in order, as "ACD": in any other order it would be a word.</summary>
    public static bool IsRun(string text) =>
        text.Length is > 1 and <= 26 && text.All(char.IsAsciiLetterUpper)
            && text.Zip(text.Skip(1)).All(static pair => pair.First < pair.Second);

    [GeneratedRegex(
        @"\s*[,;&+、，；|]\s*(?:(?:and|und|et|y)\s+)?|\s+(?:and|und|et|y)\s+|\s+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Between();
}
