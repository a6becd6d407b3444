using System.Collections.Immutable;
using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Profiles;

/// <summary>Chooses a run's worked examples from their set.</summary>
public static class ExemplarSelector
{
    /// <summary>
    /// Returns the examples that a profile takes from a set: the first ones, or ones drawn by its seed in a drawn order; all of them where
    /// the set has no more. Where the profile takes the nearest ones, all of the set: which they are is another matter for each question.
    /// </summary>
    public static ImmutableArray<Exemplar> Select(Profile profile, ExemplarSet set)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(set);
        if (profile.ExemplarSelection == ExemplarSelection.Nearest)
        {
            return profile.Exemplars == 0 ? [] : set.Exemplars;
        }

        var count = Math.Min(profile.Exemplars, set.Exemplars.Length);
        if (profile.ExemplarSelection == ExemplarSelection.Fixed)
        {
            return set.Exemplars[..count];
        }

        // The first steps of a Fisher-Yates shuffle, so that fewer examples are the beginning of more.
        var stream = RandomStream.For("exemplars", profile.Seed, set.Name, "");
        var drawn = set.Exemplars.ToArray();
        for (var i = 0; i < count; i++)
        {
            var other = i + stream.Below(drawn.Length - i, i);
            (drawn[i], drawn[other]) = (drawn[other], drawn[i]);
        }

        return [.. drawn.AsSpan(0, count)];
    }
}
