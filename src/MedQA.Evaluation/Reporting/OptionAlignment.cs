using System.Collections.Immutable;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Says which options of two questions correspond: a pair's members can show theirs in another order or with other words.
/// </summary>
internal static class OptionAlignment
{
    /// <summary>
    /// Returns for each option of a question the corresponding one of another: the one with the same text; of those without, the only
    /// other one, or the one at the same place where all options with the same text keep theirs.
    /// </summary>
    /// <param name="options">The question's options, by numbers that are the same for the same text.</param>
    /// <param name="others">The other question's.</param>
    /// <returns><see langword="null"/> if that does not say which options correspond.</returns>
    public static ImmutableArray<int>? Of(ImmutableArray<int> options, ImmutableArray<int> others)
    {
        if (options.Length != others.Length)
        {
            return null;
        }

        var (places, isTaken) = (new int[options.Length], new bool[options.Length]);
        Array.Fill(places, -1);
        for (var place = 0; place < options.Length; place++)
        {
            // The same place first, so that equal options stay in theirs.
            var same = options[place] == others[place] && !isTaken[place]
                ? place
                : Enumerable.Range(0, others.Length).FirstOrDefault(
                    other => options[place] == others[other] && !isTaken[other] && options[other] != others[other], -1);
            if (same >= 0)
            {
                (places[place], isTaken[same]) = (same, true);
            }
        }

        int[] unmatched = [.. Enumerable.Range(0, options.Length).Where(place => places[place] < 0)];
        var isInPlace = Enumerable.Range(0, options.Length).All(place => places[place] < 0 || places[place] == place);
        if (unmatched.Length > 1 && !isInPlace)
        {
            return null;
        }

        foreach (var place in unmatched)
        {
            places[place] = isInPlace ? place : Array.IndexOf(isTaken, false);
        }

        return ImmutableArray.Create(places);
    }
}
