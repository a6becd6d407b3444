namespace MedQA.Evaluation.Voting;

/// <summary>
/// The plurality vote of self-consistency (Wang et al., arXiv 2203.11171, section 2). Among options with equally many votes the one with
/// the highest sum of <see cref="Vote.Weight"/> wins; where these sums are equal too, one is drawn.
/// </summary>
internal static class PluralityVote
{
    /// <summary>Counts votes. The result does not depend on their order.</summary>
    /// <param name="votes">The votes.</param>
    /// <param name="optionCount">How many options there are.</param>
    /// <param name="draw">Draws an integer from 0 to below its argument; asked only where votes and weights are equal.</param>
    public static VoteTally Count(IReadOnlyCollection<Vote> votes, int optionCount, Func<int, int> draw)
    {
        ArgumentNullException.ThrowIfNull(votes);
        ArgumentNullException.ThrowIfNull(draw);
        var counts = new int[optionCount];
        var forced = new int[optionCount];
        foreach (var vote in votes)
        {
            counts[vote.Option]++;
            forced[vote.Option] += vote.Forced ? 1 : 0;
        }

        var most = votes.Count == 0 ? 0 : counts.Max();
        var leaders = most == 0 ? [] : Enumerable.Range(0, optionCount).Where(option => counts[option] == most).ToList();
        return new VoteTally
        {
            Votes = [.. counts],
            Forced = [.. forced],
            TiedOptions = leaders.Count,
            Winner = leaders.Count switch { 0 => null, 1 => leaders[0], _ => BreakTie(leaders, votes, draw) },
        };
    }

    private static int BreakTie(List<int> leaders, IReadOnlyCollection<Vote> votes, Func<int, int> draw)
    {
        var weights = leaders.ConvertAll(option => WeightOf(option, votes));
        var highest = weights.Max();
        var heaviest = leaders.Where((_, index) => weights[index] == highest).ToList();
        return heaviest.Count == 1 ? heaviest[0] : heaviest[draw(heaviest.Count)];
    }

    // Summed in ascending order: floating-point sums depend on it, and the votes' order must not matter.
    private static double WeightOf(int option, IReadOnlyCollection<Vote> votes) =>
        votes.Where(vote => vote.Option == option).Select(static vote => vote.Weight).Order().Sum();
}
