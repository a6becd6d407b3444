using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Voting;

namespace MedQA.Evaluation.Strategies.SoftSelfConsistency;

/// <summary>
/// Self-consistency in which a reasoning votes with its distribution over all options: it ends before its answer, the answer cue is
/// appended and all options are scored. The option with the highest mean probability wins, so confidence has more than k + 1 levels and
/// ties are rare.
/// </summary>
internal static class SoftSelfConsistencyStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "soft-self-consistency",
        Description = "Self-consistency that weighs options by their probability after each reasoning.",
        Answer = AskedQuestion.By(AnswerAsync),
        NeedsLogLikelihoods = true,
    });

    private static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        await using var prompt = await asked.Model.ReadAsync(asked.BuildPrompt(), cancellationToken);

        var form = asked.Form;

        // A stated answer would leave nothing to be scored: the reasoning stops where the cue's own words begin.
        var request = asked.Samples(0, asked.Profile.Samples);
        request = request with { Stop = request.Stop.Add(form.Cue.TrimEnd('(').TrimEnd()) };
        var samples = await prompt.SampleAsync(request, cancellationToken);
        var scores = await prompt.ScoreAsync([.. samples.Select(sample => ReadReasonings.ScoresAfter(form, sample))], cancellationToken);
        var reasonings = samples.Select((sample, index) =>
        {
            var likelihoods = scores[index].Select(static score => score.LogLikelihood).ToImmutableArray();
            return ReadReasonings.Unread(sample, 0) with
            {
                OptionLogLikelihoods = likelihoods,
                Answer = ReadReasonings.IndexOfHighest(likelihoods.AsSpan())
            };
        }).ToImmutableArray();

        var mean =
            OptionDistribution.Mean([.. reasonings.Select(static reasoning => OptionDistribution.Of(reasoning.OptionLogLikelihoods))]);
        var highest = mean.Max();
        var leaders = Enumerable.Range(0, mean.Length).Where(option => mean[option] == highest).ToList();
        return PluralityAnswer.Of(asked, reasonings, asked.Profile.Samples) with
        {
            Answer = leaders.Count == 1 ? leaders[0] : leaders[asked.Stream("tie").Below(leaders.Count, 0)],
            Tie = leaders.Count > 1,
            TiedOptions = leaders.Count,
            OptionProbabilities = mean,
            PromptTokens = prompt.TokenCount,
        };
    }
}
