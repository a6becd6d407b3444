using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Strategies.Replay;

namespace MedQA.Evaluation.Reporting;

/// <summary>Keeps of each question what its samples answer and how long they thought, and draws accuracy against a budget.</summary>
/// <param name="samples">Samples of a question.</param>
/// <param name="seed">The profile's seed.</param>
/// <param name="budget">The run's own budget; <see langword="null"/> for none.</param>
internal sealed class ThinkingTally(int samples, long seed, int? budget)
{
    private static readonly ImmutableArray<double> Shares = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1];

    private readonly List<Asked> _questions = [];
    private bool _isEstimated;

    /// <summary>Whether a sample has a thought.</summary>
    public bool HasThoughts { get; private set; }

    /// <param name="answered">A question with its samples.</param>
    /// <param name="gold">The right option.</param>
    public void Add(AnsweredQuestion answered, int gold)
    {
        var thoughts = answered.Reasonings.Where(static reasoning => reasoning.Stage == 0).Select(Of).ToImmutableArray();
        HasThoughts |= thoughts.Any(static thought => thought.Tokens > 0 || thought.IsClosed);
        _questions.Add(
            new Asked(gold, answered.OptionCount, SampleReplay.First(answered, samples, seed).Answer == gold, thoughts));
    }

    /// <summary>Returns the curve; <see langword="null"/> if no sample has a thought.</summary>
    public ThinkingCurve? Build()
    {
        if (!HasThoughts)
        {
            return null;
        }

        var all = _questions.SelectMany(static question => question.Thoughts).ToList();
        var lengths = all.Where(static thought => thought.Tokens > 0 || thought.IsClosed).Select(static thought => thought.Tokens).Order()
            .ToList();
        return new ThinkingCurve
        {
            Samples = all.Count,
            Thinking = lengths.Count,
            Closed = all.Count(static thought => thought.IsClosed),
            IsEstimated = _isEstimated,
            Median = lengths[lengths.Count / 2],
            Longest = lengths[^1],
            Points = [.. Budgets(lengths, budget ?? lengths[^1]).Select(PointAt)],
        };
    }

    /// <summary>Returns 0, the lengths that a tenth, a quarter, half of the thoughts and so on have at most, and the last budget.</summary>
    private static IEnumerable<int> Budgets(List<int> lengths, int last) => Shares
        .Select(share => lengths[(int)Math.Ceiling(share * lengths.Count) - 1])
        .Where(length => length < last)
        .Append(0)
        .Append(last)
        .Distinct()
        .Order();

    private ThinkingPoint PointAt(int most)
    {
        // Under its own budget a run is known; a thought that this budget closed would have gone on under a larger one.
        bool IsWithin(Thought thought) => most == budget || (!thought.IsClosed && thought.Tokens <= most);

        var (within, of, known, right, perhaps) = (0, 0, 0, 0, 0);
        foreach (var question in _questions)
        {
            var votes = new int[question.Options];
            var unknown = 0;
            foreach (var thought in question.Thoughts)
            {
                if (!IsWithin(thought))
                {
                    unknown++;
                }
                else if (thought.Answer is { } answer)
                {
                    votes[answer]++;
                }
            }

            of += question.Thoughts.Length;
            within += question.Thoughts.Length - unknown;
            if (unknown == 0)
            {
                known++;
                right += question.IsRight ? 1 : 0;
                perhaps += question.IsRight ? 1 : 0;
                continue;
            }

            var rival = votes.Where((_, option) => option != question.Gold).DefaultIfEmpty().Max();
            right += votes[question.Gold] > rival + unknown ? 1 : 0;
            perhaps += votes[question.Gold] + unknown >= rival ? 1 : 0;
        }

        var count = (double)_questions.Count;
        return new ThinkingPoint(most, (double)within / of, known, right, perhaps, right / count, perhaps / count);
    }

    private Thought Of(Reasoning reasoning)
    {
        if (reasoning.Thinking is { } thinking)
        {
            return new Thought(thinking.Tokens, !thinking.Closed.IsEmpty, reasoning.Answer);
        }

        var share = ShareOfThoughts(reasoning);
        _isEstimated |= share > 0;
        return new Thought((int)Math.Round(share * reasoning.DrawnTokens), false, reasoning.Answer);
    }

    /// <summary>Returns how much of what a sample says is thought, by the length of its text.</summary>
    private static double ShareOfThoughts(Reasoning reasoning)
    {
        if (reasoning.Thought is { } apart)
        {
            var (thought, said) = (TokenEstimate.Of(apart), TokenEstimate.Of(reasoning.Text));
            return (double)thought / Math.Max(1, thought + said);
        }

        if (reasoning.Text.Length == 0)
        {
            return 0;
        }

        if (reasoning.SpokenPart is { } spoken)
        {
            return 1 - ((double)(SpokenBefore(reasoning.Text, spoken.Start) + spoken.Length) / reasoning.Text.Length);
        }

        if (!ThoughtMarkers.Pairs.Any(pair => reasoning.Text.Contains(pair.Open, StringComparison.OrdinalIgnoreCase)
            || reasoning.Text.Contains(pair.Close, StringComparison.OrdinalIgnoreCase)))
        {
            return 0;
        }

        var (from, to) = VisiblePart.Of(reasoning.Text, []);
        return 1 - ((double)(SpokenBefore(reasoning.Text, from) + to - from) / reasoning.Text.Length);
    }

    /// <summary>
    /// Returns how much of a text's beginning is no thought: from each first closing mark, where a budget stops counting, to the next
    /// thought.
    /// </summary>
    private static int SpokenBefore(string text, int end)
    {
        var (at, spoken) = (0, 0);
        while (FirstMark(text, at, end, static pair => pair.Close) is { } close)
        {
            at = FirstMark(text, close.To, end, static pair => pair.Open)?.From ?? end;
            spoken += at - close.To;
        }

        return spoken;
    }

    private static (int From, int To)? FirstMark(string text, int from, int end, Func<ThoughtMarker, string> markOf)
    {
        (int From, int To)? first = null;
        foreach (var mark in ThoughtMarkers.Pairs.Select(markOf))
        {
            var at = text.IndexOf(mark, from, end - from, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && (first is not { } earlier || at < earlier.From))
            {
                first = (at, at + mark.Length);
            }
        }

        return first;
    }

    /// <summary>A sample: how long it thought, and what it answers.</summary>
    private sealed record Thought(int Tokens, bool IsClosed, int? Answer);

    /// <summary>A question with its samples.</summary>
    private sealed record Asked(int Gold, int Options, bool IsRight, ImmutableArray<Thought> Thoughts);
}
