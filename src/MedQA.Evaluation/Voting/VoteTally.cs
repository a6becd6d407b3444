using System.Collections.Immutable;

namespace MedQA.Evaluation.Voting;

/// <summary>The result of counting votes.</summary>
internal sealed record VoteTally
{
    /// <summary>Votes per option, forced ones included.</summary>
    public required ImmutableArray<int> Votes { get; init; }

    /// <summary>Forced votes per option.</summary>
    public required ImmutableArray<int> Forced { get; init; }

    /// <summary>The option chosen; <see langword="null"/> without a vote.</summary>
    public required int? Winner { get; init; }

    /// <summary>How many options shared the most votes: 1 without a tie, 0 without a vote.</summary>
    public required int TiedOptions { get; init; }

    /// <summary>Whether the winner was chosen among options with equally many votes.</summary>
    public bool Tie => TiedOptions > 1;
}
