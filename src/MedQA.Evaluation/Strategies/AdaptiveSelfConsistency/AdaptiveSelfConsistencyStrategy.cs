using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Strategies.AdaptiveSelfConsistency;

/// <summary>
/// Self-consistency in waves, in the order of the samples, until the profile's rule says that more would not change the answer (Aggarwal et
/// al., arXiv 2305.11860).
/// </summary>
internal static class AdaptiveSelfConsistencyStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "adaptive-self-consistency",
        Description = "Like self-consistency, but stops drawing once the vote is decided.",
        Answer = AskedQuestion.By(AnswerAsync),
        StopsEarly = true,
    }) with { StopRule = StopRule.Margin, WaveSize = 4 };

    private static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        var profile = asked.Profile;
        await using var prompt = await asked.Model.ReadAsync(asked.BuildPrompt(), cancellationToken);
        ImmutableArray<Reasoning> reasonings = [];
        ImmutableArray<int> votes;
        do
        {
            var wave = Math.Min(profile.WaveSize, profile.Samples - reasonings.Length);
            var samples = await prompt.SampleAsync(asked.Samples(reasonings.Length, wave), cancellationToken);
            reasonings = reasonings.AddRange(await ReadReasonings.OfAsync(asked, prompt, samples, 0, cancellationToken));
            votes = VotesOf(reasonings);
        }
        while (reasonings.Length < profile.Samples
            && !StoppingRule.Stops(profile.StopRule, votes, profile.Samples - reasonings.Length, profile.StopProbability));

        var (first, second) = StoppingRule.Leaders(votes);
        return PluralityAnswer.Of(asked, reasonings, reasonings.Length) with
        {
            PromptTokens = prompt.TokenCount,
            StoppingPosterior = profile.StopRule == StopRule.None ? null : BetaStop.ProbabilityTopLeads(first, second),
        };
    }

    /// <summary>The votes of every option, or set of options, that has one: only the two leading ones matter.</summary>
    private static ImmutableArray<int> VotesOf(ImmutableArray<Reasoning> reasonings) =>
    [
        .. reasonings.Select(static reasoning => reasoning.ChosenOptions).OfType<OptionSet>()
            .CountBy(static chosen => chosen).Select(static votes => votes.Value),
    ];
}
