using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Voting;

namespace MedQA.Evaluation.Asking;

/// <summary>The plurality answer of reasonings.</summary>
internal static class PluralityAnswer
{
    /// <summary>Counts the votes of reasonings.</summary>
    /// <param name="asked">The question.</param>
    /// <param name="reasonings">All its reasonings; those of the last stage vote.</param>
    /// <param name="samplesAsked">How many voters were asked for.</param>
    public static AnsweredQuestion Of(AskedQuestion asked, ImmutableArray<Reasoning> reasonings, int samplesAsked)
    {
        var lastStage = reasonings.IsEmpty ? 0 : reasonings.Max(static reasoning => reasoning.Stage);
        if (asked.Question.SeveralRight)
        {
            return OfSets(asked, reasonings, [.. reasonings.Where(reasoning => reasoning.Stage == lastStage)], samplesAsked);
        }

        var tally = PluralityVote.Count(
            VotesOf(reasonings.Where(reasoning => reasoning.Stage == lastStage)),
            asked.Question.Options.Length,
            bound => asked.Stream("tie").Below(bound, 0));
        return new AnsweredQuestion
        {
            Ordinal = 0,
            Id = asked.Question.Id,
            Dataset = asked.Question.Dataset,
            Answer = tally.Winner,
            Votes = tally.Votes,
            ForcedVotesPerOption = tally.Forced,
            SamplesAsked = samplesAsked,
            Tie = tally.Tie,
            TiedOptions = tally.TiedOptions,
            Reasonings = reasonings,
        };
    }

    /// <summary>Counts votes for whole sets of options: two that share all but one option are as different as any others.</summary>
    private static AnsweredQuestion OfSets(
        AskedQuestion asked, ImmutableArray<Reasoning> reasonings, ImmutableArray<Reasoning> voting, int samplesAsked)
    {
        OptionSet[] sets = [.. voting.Select(static reasoning => reasoning.AnswerSet).OfType<OptionSet>()
            .Distinct().OrderBy(static set => set.Bits)];
        var tally = PluralityVote.Count(
            VotesOf(voting.Select(reasoning => reasoning with
            {
                Answer = reasoning.AnswerSet is { } set ? Array.IndexOf(sets, set) : null,
            })),
            sets.Length,
            bound => asked.Stream("tie").Below(bound, 0));
        return new AnsweredQuestion
        {
            Ordinal = 0,
            Id = asked.Question.Id,
            Dataset = asked.Question.Dataset,
            SeveralRight = true,
            AnswerSet = tally.Winner is { } winner ? sets[winner] : null,
            SetVotes = [.. sets.Select((set, place) => new SetVotes(set, tally.Votes[place]))],
            SamplesAsked = samplesAsked,
            Tie = tally.Tie,
            TiedOptions = tally.TiedOptions,
            Reasonings = reasonings,
        };
    }

    /// <summary>
    /// Returns the votes of the reasonings that have an answer; all weigh the same where one has no log-likelihood.
    /// </summary>
    public static IReadOnlyCollection<Vote> VotesOf(IEnumerable<Reasoning> reasonings)
    {
        var voting = reasonings.Where(static reasoning => reasoning.Answer is not null).ToList();
        // What is not given is stored as null, which is read as the logarithm of 0.
        var areScored = voting.TrueForAll(static reasoning => double.IsFinite(reasoning.LogLikelihood));
        return voting.ConvertAll(reasoning => new Vote(
            reasoning.Answer!.Value, areScored ? Vote.WeightOf(reasoning.LogLikelihood, reasoning.DrawnTokens) : 1, reasoning.Forced));
    }
}
