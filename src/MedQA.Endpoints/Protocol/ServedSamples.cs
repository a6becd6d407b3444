using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Protocol;

/// <summary>Makes samples of answers.</summary>
internal static class ServedSamples
{
    /// <summary>Returns the samples that a request gave.</summary>
    /// <param name="choices">The answers.</param>
    /// <param name="usage">What the service counted for all of them.</param>
    /// <param name="first">The index of the first sample.</param>
    /// <param name="stop">The texts at which a sample ends.</param>
    public static IEnumerable<Sample> Of(
        IReadOnlyList<ChatChoice> choices, ChatUsage? usage, int first, ImmutableArray<string> stop)
    {
        var tokens = TokensOf(choices, usage);
        return choices.Select((choice, place) => Of(choice, tokens[place], first + place, stop));
    }

    private static Sample Of(ChatChoice choice, int tokens, int index, ImmutableArray<string> stop)
    {
        var end = FirstStop(choice.Text, stop);
        return new Sample
        {
            Index = index,
            Text = end < 0 ? choice.Text : choice.Text[..end],
            Tokens = [],

            // The sum is over all tokens: of a text that was cut it is not known.
            LogLikelihood = end < 0 ? choice.LogLikelihood : double.NaN,
            DrawnTokens = tokens,
            End = end < 0 ? choice.End : SampleEnd.StopText,
            Thought = choice.Thought,
        };
    }

    private static int FirstStop(string text, ImmutableArray<string> stop) => stop
        .Where(static one => one.Length > 0)
        .Select(one => text.IndexOf(one, StringComparison.Ordinal))
        .Where(static place => place >= 0)
        .DefaultIfEmpty(-1)
        .Min();

    /// <summary>
    /// Shares the counted tokens over the answers so that their sum is right: by their counted tokens where all have log-probabilities,
    /// else by the lengths of their texts.
    /// </summary>
    private static int[] TokensOf(IReadOnlyList<ChatChoice> choices, ChatUsage? usage)
    {
        var areScored = choices.All(static choice => choice.ScoredTokens > 0);
        var weights = choices
            .Select(choice => areScored ? choice.ScoredTokens : 1L + TokenEstimate.Of(choice.Text) + TokenEstimate.Of(choice.Thought ?? ""))
            .ToArray();
        return usage is null ? [.. weights.Select(static weight => (int)weight)] : Share(usage.CompletionTokens, weights);
    }

    /// <summary>
    /// Shares a number by weights, each part at least 1 where there are enough; what rounding leaves goes to the first ones.
    /// </summary>
    internal static int[] Share(long total, long[] weights)
    {
        total = Math.Min(total, int.MaxValue);
        var least = total >= weights.Length ? 1 : 0;
        var free = total - ((long)least * weights.Length);
        var sum = weights.Sum();
        var parts = weights.Select(weight => least + (int)(free * weight / sum)).ToArray();
        var left = (int)(total - parts.Sum(static part => (long)part));
        for (var place = 0; place < left; place++)
        {
            parts[place]++;
        }

        return parts;
    }
}
