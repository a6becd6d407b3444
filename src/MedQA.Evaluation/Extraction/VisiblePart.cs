using System.Collections.Immutable;

namespace MedQA.Evaluation.Extraction;

/// <summary>The part of a reasoning in which an answer counts.</summary>
internal static class VisiblePart
{
    private const string ThinkStart = "<think>";
    private const string ThinkEnd = "</think>";

    /// <summary>From behind the last finished thought to the first stop text or to a thought that was never finished.</summary>
    public static (int From, int To) Of(string text, ImmutableArray<string> stop)
    {
        var end = text.LastIndexOf(ThinkEnd, StringComparison.Ordinal);
        var from = end < 0 ? 0 : end + ThinkEnd.Length;
        var to = text.Length;
        foreach (var ending in stop.Add(ThinkStart))
        {
            var at = text.AsSpan(from, to - from).IndexOf(ending, StringComparison.Ordinal);
            if (at >= 0)
            {
                to = from + at;
            }
        }

        return (from, to);
    }
}
