using System.Collections.Immutable;

namespace MedQA.Evaluation.Extraction;

/// <summary>The part of a reasoning in which an answer counts.</summary>
internal static class VisiblePart
{
    /// <summary>Markers of a turn's end or of the next turn, as templates write them: nothing after them is the model's answer.</summary>
    private static readonly ImmutableArray<string> TurnEnds =
        ["<|im_end|>", "<|im_start|>", "<|eot_id|>", "<|end_of_text|>", "<|endoftext|>", "<end_of_turn>", "<start_of_turn>", "<turn|>",
            "<|turn>", "<｜end▁of▁sentence｜>", "<｜User｜>", "</s>", "[INST]"];

    /// <summary>Headings around a thought; only where a text begins with the first.</summary>
    private static readonly ImmutableArray<(string Open, ImmutableArray<string> Close)> Headings =
    [
        ("## Thinking", ["## Final Response", "## Final Answer", "## Answer", "## Response"]), // HuatuoGPT-o1
        ("Here is my thought process:", ["Here is my response:"]), // Granite 3.2
        ("Here's my thought process:", ["Here's my response:"]),
    ];

    /// <summary>From after the last finished thought to the first stop text, turn's end or thought that was never finished.</summary>
    /// <param name="text">The reasoning.</param>
    /// <param name="stop">Texts that end it.</param>
    /// <param name="spoken">The part that is not a thought by the model's own tokens; <see langword="null"/> if these tell nothing. The
    /// text's own markers count within it.</param>
    public static (int From, int To) Of(string text, ImmutableArray<string> stop, TextSpan? spoken = null)
    {
        var (from, to) = spoken is { } part ? (part.Start, part.Start + part.Length) : (0, text.Length);
        (from, to) = OutsideHeadings(text, from, to);
        (from, to) = OutsideChannels(text, from, to);

        // Every other marker has one of these: most texts are not searched for each of them.
        if (text.AsSpan(from, to - from).IndexOfAny("<[◁") >= 0)
        {
            (from, to) = OutsidePairs(text, from, to);
            foreach (var ending in TurnEnds)
            {
                to = FirstOf(text, ending, from, to) ?? to;
            }
        }

        foreach (var ending in stop)
        {
            to = FirstOf(text, ending, from, to) ?? to;
        }

        return (from, to);
    }

    private static (int From, int To) OutsidePairs(string text, int from, int to)
    {
        foreach (var pair in ThoughtMarkers.Pairs)
        {
            var close = text.AsSpan(from, to - from).LastIndexOf(pair.Close, StringComparison.OrdinalIgnoreCase);
            from = close >= 0 ? from + close + pair.Close.Length : from;
        }

        foreach (var pair in ThoughtMarkers.Pairs)
        {
            var open = text.AsSpan(from, to - from).IndexOf(pair.Open, StringComparison.OrdinalIgnoreCase);
            to = open >= 0 ? from + open : to;
        }

        return (from, to);
    }

    private static (int From, int To) OutsideChannels(string text, int from, int to)
    {
        const string Dropped = "assistant" + ThoughtMarkers.AnswerChannel;
        var part = text.AsSpan(from, to - from);
        if (part.StartsWith("analysis", StringComparison.Ordinal) && part.Length > 8
            && (char.IsUpper(part[8]) || part.Contains(Dropped, StringComparison.Ordinal)))
        {
            // The channels' special tokens were dropped and their names are left.
            var final = part.LastIndexOf(Dropped, StringComparison.Ordinal);
            return final < 0 ? (to, to) : (from + final + Dropped.Length, to);
        }

        if (!part.Contains(ThoughtMarkers.ChannelStart, StringComparison.Ordinal))
        {
            return (from, to);
        }

        var answer = part.LastIndexOf(ThoughtMarkers.ChannelStart + ThoughtMarkers.AnswerChannel, StringComparison.Ordinal);
        var message = answer < 0 ? -1 : part[answer..].IndexOf(ThoughtMarkers.MessageStart, StringComparison.Ordinal);
        if (message < 0)
        {
            return (to, to);
        }

        from += answer + message + ThoughtMarkers.MessageStart.Length;
        foreach (var ending in ThoughtMarkers.MessageEnds)
        {
            to = FirstOf(text, ending, from, to) ?? to;
        }

        return (from, to);
    }

    private static (int From, int To) OutsideHeadings(string text, int from, int to)
    {
        var part = text.AsSpan(from, to - from).TrimStart();
        foreach (var (open, closes) in Headings)
        {
            if (part.StartsWith(open, StringComparison.OrdinalIgnoreCase))
            {
                foreach (var close in closes)
                {
                    var at = text.AsSpan(from, to - from).LastIndexOf("\n" + close, StringComparison.OrdinalIgnoreCase);
                    if (at >= 0)
                    {
                        return (from + at + 1 + close.Length, to);
                    }
                }

                return (to, to);
            }
        }

        return (from, to);
    }

    private static int? FirstOf(string text, string ending, int from, int to)
    {
        var at = text.AsSpan(from, to - from).IndexOf(ending, StringComparison.Ordinal);
        return at >= 0 ? from + at : null;
    }
}
