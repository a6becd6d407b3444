using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Counts right samples by their place, and how often each outcome of the votes occurs.</summary>
internal sealed class SampleTally
{
    private readonly Dictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private int[] _rightAt = [];
    private int _questions;
    private bool _differ;

    /// <param name="answered">A question that infrastructure did not fail.</param>
    public void Add(AnsweredQuestion answered)
    {
        if (answered.Gold is not { } gold || _differ)
        {
            return;
        }

        Span<int> votes = stackalloc int[answered.OptionCount];
        var samples = 0;
        foreach (var reasoning in VotingReasonings.Of(answered))
        {
            if (_questions == 0)
            {
                Array.Resize(ref _rightAt, samples + 1);
            }

            if (reasoning.Answer is { } answer && samples < _rightAt.Length)
            {
                votes[answer]++;
                _rightAt[samples] += answer == gold ? 1 : 0;
            }

            samples++;
        }

        if (samples != _rightAt.Length || samples == 0)
        {
            _differ = true;
            _outcomes.Clear();
            return;
        }

        _questions++;
        var outcome = OutcomeOf(votes, gold);
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
    }

    /// <summary><see langword="null"/> if questions had different numbers of samples, or one.</summary>
    public SampleFigures? Build()
    {
        if (_differ || _questions == 0 || _rightAt.Length < 2)
        {
            return null;
        }

        var accuracies = _rightAt.Select(right => (double)right / _questions).ToArray();
        var mean = accuracies.Average();
        return new SampleFigures
        {
            Samples = _rightAt.Length,
            Questions = _questions,
            MeanAccuracy = mean,
            LowestAccuracy = accuracies.Min(),
            HighestAccuracy = accuracies.Max(),
            Deviation = Math.Sqrt(accuracies.Sum(accuracy => (accuracy - mean) * (accuracy - mean)) / (accuracies.Length - 1)),
            Subsets = [.. Subsets()],
        };
    }

    /// <summary>Votes for gold, then the others' in falling order: all that the expectations depend on. Each as one character.</summary>
    private static string OutcomeOf(Span<int> votes, int gold)
    {
        Span<char> outcome = stackalloc char[votes.Length];
        var place = 1;
        for (var option = 0; option < votes.Length; option++)
        {
            outcome[option == gold ? 0 : place++] = (char)votes[option];
        }

        outcome[1..].Sort(static (one, other) => other.CompareTo(one));
        return outcome.TrimEnd('\0').ToString();
    }

    private IEnumerable<SubsetScore> Subsets()
    {
        var samples = _rightAt.Length;
        if (samples > SampleFigures.MaxSamplesForSubsets)
        {
            return [];
        }

        var (pass, majority) = (new double[samples], new double[samples]);
        foreach (var (outcome, questions) in _outcomes.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            int[] votes = outcome.Length == 0 ? [0] : [.. outcome.Select(static count => (int)count)];
            var (passAt, majorityAt) = (SubsetExpectations.PassAt(votes[0], samples), SubsetExpectations.MajorityAt(votes, 0, samples));
            for (var m = 0; m < samples; m++)
            {
                pass[m] += questions * passAt[m];
                majority[m] += questions * majorityAt[m];
            }
        }

        return Enumerable.Range(0, samples).Select(m => new SubsetScore(m + 1, pass[m] / _questions, majority[m] / _questions));
    }
}
