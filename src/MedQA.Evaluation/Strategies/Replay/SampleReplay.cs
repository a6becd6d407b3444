using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Statistics;
using MedQA.Evaluation.Voting;

namespace MedQA.Evaluation.Strategies.Replay;

/// <summary>
/// Answers again from the stored samples of a question, without the model. It excludes greedy decoding: a greedy reasoning is not
/// among sampled ones. The samples used are those of the first stage, in the order of their indices.
/// </summary>
public static class SampleReplay
{
    /// <summary>Returns the plurality of the first samples, with the run's own rule for ties.</summary>
    /// <param name="answered">The question with its samples.</param>
    /// <param name="samples">How many to use; all where there are fewer.</param>
    /// <param name="seed">The profile's seed, for the draw of a tie that nothing else decides.</param>
    public static ReplayedAnswer First(AnsweredQuestion answered, int samples, long seed)
    {
        ArgumentNullException.ThrowIfNull(answered);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        return Plurality(answered, [.. Samples(answered).Take(samples)], seed);
    }

    /// <summary>Adaptive self-consistency over the stored samples.</summary>
    /// <param name="answered">The question with its samples.</param>
    /// <param name="rule">When to stop.</param>
    /// <param name="waveSize">How many samples are drawn before each look; at least 1.</param>
    /// <param name="probability">What the <see cref="StopRule.Beta"/> rule stops at.</param>
    /// <param name="seed">The profile's seed.</param>
    public static ReplayedAnswer Adaptive(AnsweredQuestion answered, StopRule rule, int waveSize, double probability, long seed)
    {
        ArgumentNullException.ThrowIfNull(answered);
        ArgumentOutOfRangeException.ThrowIfLessThan(waveSize, 1);
        var all = Samples(answered);
        var used = 0;
        ImmutableArray<int> votes;
        do
        {
            used = Math.Min(used + waveSize, all.Length);
            votes =
                [.. Enumerable.Range(0, answered.OptionCount).Select(option => all[..used].Count(reasoning => reasoning.Answer == option))];
        }
        while (used < all.Length && !StoppingRule.Stops(rule, votes, all.Length - used, probability));

        var (first, second) = StoppingRule.Leaders(votes);
        var plurality = Plurality(answered, all[..used], seed);
        var posterior = BetaStop.ProbabilityTopLeads(first, second);
        return rule == StopRule.None ? plurality : plurality with { StoppingPosterior = posterior, Confidence = posterior };
    }

    /// <summary>All samples vote with the weight of their probability.</summary>
    /// <returns>The option with the highest sum of weights; the first of equal ones.</returns>
    public static ReplayedAnswer Weighted(AnsweredQuestion answered, SequenceWeight weight)
    {
        ArgumentNullException.ThrowIfNull(answered);
        var all = Samples(answered);
        var voters = all.Where(static reasoning => reasoning.Answer is not null).ToList();
        if (voters.Count == 0)
        {
            return new ReplayedAnswer(null, all.Length, TokensOf(all), Confidence: 0);
        }

        // Probabilities of whole reasonings are far below the smallest double; only their ratios matter.
        var logs = voters.ConvertAll(reasoning => LogWeight(reasoning, weight));
        var highest = logs.Max();
        var sums = new double[answered.OptionCount];
        foreach (var (reasoning, log) in voters.Zip(logs).OrderBy(static pair => pair.Second))
        {
            sums[reasoning.Answer!.Value] += Math.Exp(log - highest);
        }

        return new ReplayedAnswer(
            ReadReasonings.IndexOfHighest(sums),
            all.Length,
            TokensOf(all),
            sums.Count(sum => sum == sums.Max()) > 1,
            Confidence: Math.Min(1, sums.Max() / sums.Sum()));
    }

    private static double LogWeight(Reasoning reasoning, SequenceWeight weight) => weight switch
    {
        SequenceWeight.Probability => reasoning.LogLikelihood,
        SequenceWeight.NormalizedProbability => reasoning.DrawnTokens == 0 ? 0 : reasoning.LogLikelihood / reasoning.DrawnTokens,
        _ => 0,
    };

    private static ReplayedAnswer Plurality(AnsweredQuestion answered, ImmutableArray<Reasoning> used, long seed)
    {
        var tally = PluralityVote.Count(
            PluralityAnswer.VotesOf(used),
            answered.OptionCount,
            bound => RandomStream.For("tie", seed, answered.Dataset, answered.Id).Below(bound, 0));
        double? share = used.Length < 2
            ? null
            : (double)used.Count(reasoning => reasoning.Answer is { } answer && answer == tally.Winner) / used.Length;
        return new ReplayedAnswer(tally.Winner, used.Length, TokensOf(used), tally.Tie, Confidence: share);
    }

    private static ImmutableArray<Reasoning> Samples(AnsweredQuestion answered) =>
        [.. answered.Reasonings.Where(static reasoning => reasoning.Stage == 0).OrderBy(static reasoning => reasoning.Index)];

    private static int TokensOf(ImmutableArray<Reasoning> reasonings) => reasonings.Sum(static reasoning => reasoning.DrawnTokens);
}
