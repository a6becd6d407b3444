using System.Collections.Immutable;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Strategies;

/// <summary>
/// The profiles that need no file, one per strategy and named like it: the list of the strategies; docs/profiles.md describes them.
/// </summary>
public static class BuiltInProfiles
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<Profile> All { get; } =
    [
        FewShot.FewShotStrategy.Profile,
        ChainOfThought.ChainOfThoughtStrategy.Profile,
        SelfConsistency.SelfConsistencyStrategy.Profile,
        Deferral.DeferralStrategy.Profile,
        AdaptiveSelfConsistency.AdaptiveSelfConsistencyStrategy.Profile,
        Likelihood.LikelihoodStrategy.Profile,
        ChoiceShuffle.ChoiceShuffleStrategy.Profile,
        EnsembleRefinement.EnsembleRefinementStrategy.Profile,
        LongForm.LongFormStrategy.Profile,
        SoftSelfConsistency.SoftSelfConsistencyStrategy.Profile,
    ];

    /// <summary>The default profile of runs.</summary>
    public static Profile Default => SelfConsistency.SelfConsistencyStrategy.Profile;

    /// <summary>Returns the built-in profile of a name, or <see langword="null"/>.</summary>
    public static Profile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);

    /// <summary>
    /// Returns why none of a set's questions can be asked with a profile, as a sentence with what to do; <see langword="null"/> if some
    /// can.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <param name="questions">How many questions the set has.</param>
    /// <param name="free">How many of them have no options.</param>
    /// <param name="severalRight">Whether several options of a question can be right.</param>
    public static string? GetIncompatibility(this Profile profile, int questions, int free, bool severalRight = false)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (severalRight && (profile.Strategy.NeedsLogLikelihoods || profile.Strategy.WritesFreeAnswers || profile.AnswerSpace is not null))
        {
            var why = profile.Strategy.NeedsLogLikelihoods ? "scores single options, which says nothing of sets of them"
                : profile.Strategy.WritesFreeAnswers ? "writes free answers, which nothing compares with options"
                : $"has the answerSpace {EnumNames.Of(profile.AnswerSpace!.Value)}, and sets of options are answered by letters";
            return $"several options of a question can be right (--right-answers several, over HTTP rightAnswers=several), but profile "
                + $"{profile.Name} ({profile.Strategy.Name}) {why}: use a profile of strategy "
                + $"{NamesWhere(static strategy => strategy is { NeedsLogLikelihoods: false, WritesFreeAnswers: false })}"
                + (profile.AnswerSpace is null ? "." : " without answerSpace.");
        }

        return questions > 0 && free == questions && !profile.Strategy.WritesFreeAnswers
            ? $"none of the {questions:N0} questions has options, which profile {profile.Name} ({profile.Strategy.Name}) chooses among; "
                + $"ask them with profile {NamesWhere(static strategy => strategy.WritesFreeAnswers)}, or put the options under names that "
                + "are read, such as option_a."
            : null;
    }

    /// <summary>Returns the names of the strategies that satisfy a predicate, as a phrase.</summary>
    internal static string NamesWhere(Func<Strategy, bool> holds, string conjunction = "or")
    {
        var names = All.Select(static profile => profile.Strategy).Where(holds).Select(static strategy => strategy.Name).ToArray();
        return names is [.., _, var last] ? $"{string.Join(", ", names[..^1])} {conjunction} {last}" : string.Concat(names);
    }
}
