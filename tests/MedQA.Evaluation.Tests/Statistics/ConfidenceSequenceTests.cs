using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using Interval = MedQA.Evaluation.Statistics.Interval;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class ConfidenceSequenceTests
{
    private const int Simulations = 2000;

    [Fact]
    public void Intervals_equal_those_from_the_authors_capital_process()
    {
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "references", "betting.json")));
        Assert.All(reference.RootElement.GetProperty("sequences").EnumerateArray(), static sequence =>
        {
            var population = sequence.GetProperty("population");
            var seen = new ConfidenceSequence(
                population.ValueKind == JsonValueKind.Null ? null : population.GetInt32(), sequence.Double("confidence"));
            var values = sequence.Doubles("values");
            var looks = sequence.GetProperty("looks").EnumerateArray().ToDictionary(static look => look.Integer("count"), static look => look.Interval());
            foreach (var value in values)
            {
                seen.Add(value);
                if (looks.TryGetValue(seen.Count, out var expected))
                {
                    ClusteredReference.AssertNear(expected, seen.Interval);
                }
            }

            Assert.Equal(values.Length, seen.Count);
        });
    }

    /// <summary>
    /// The promise: a look after every question, and still at most 5 % of the sequences ever miss the truth. The usual interval misses it far
    /// more often, though one look at a time it is right.
    /// </summary>
    [Theory]
    [InlineData(200, 0.3, true)]
    [InlineData(200, 0.3, false)]
    [LongInlineData(200, 0.02, true)]
    [LongInlineData(200, 0.02, false)]
    [LongInlineData(200, 0.5, true)]
    [LongInlineData(200, 0.5, false)]
    [LongInlineData(200, 0.9, true)]
    [LongInlineData(200, 0.9, false)]
    [LongInlineData(1273, 0.02, true)]
    [LongInlineData(1273, 0.02, false)]
    [LongInlineData(1273, 0.3, true)]
    [LongInlineData(1273, 0.3, false)]
    [LongInlineData(1273, 0.5, true)]
    [LongInlineData(1273, 0.5, false)]
    [LongInlineData(1273, 0.9, true)]
    [LongInlineData(1273, 0.9, false)]
    public void At_most_5_of_100_sequences_ever_miss_the_share_while_Wilsons_interval_misses_it_in_more_than_20(int questions, double share, bool wholeSet)
    {
        var random = new Random(questions + (int)(1000 * share) + (wholeSet ? 1 : 0));
        var set = Enumerable.Range(0, questions).Select(index => index < Math.Round(questions * share) ? 1 : 0).ToArray();
        var truth = wholeSet ? (double)set.Sum() / questions : share;
        var (missed, missedByWilson) = (0, 0);
        for (var simulation = 0; simulation < Simulations; simulation++)
        {
            if (wholeSet)
            {
                random.Shuffle(set);
            }
            else
            {
                for (var i = 0; i < questions; i++)
                {
                    set[i] = random.NextDouble() < share ? 1 : 0;
                }
            }

            var sequence = new ConfidenceSequence(wholeSet ? questions : null);
            var (right, misses, wilsonMisses) = (0, false, false);
            foreach (var value in set)
            {
                sequence.Add(value);
                right += value;
                var interval = sequence.Interval;
                misses |= truth < interval.Lower - 1e-12 || truth > interval.Upper + 1e-12;
                wilsonMisses |= !BinomialInterval.Wilson(right, sequence.Count).Contains(truth);
            }

            missed += misses ? 1 : 0;
            missedByWilson += wilsonMisses ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{questions} questions, {share}, {(wholeSet ? "whole set" : "independent")}: missed {100.0 * missed / Simulations} %, Wilson {100.0 * missedByWilson / Simulations} %");
        Assert.InRange(100.0 * missed / Simulations, 0, 5);
        Assert.InRange(100.0 * missedByWilson / Simulations, 20, 100);
    }

    [Property]
    public bool Once_all_of_a_set_is_seen_the_interval_is_its_mean(NonEmptyArray<byte> bytes)
    {
        var values = bytes.Get.Select(static value => value / 255.0).ToArray();
        var sequence = new ConfidenceSequence(values.Length);
        foreach (var value in values)
        {
            sequence.Add(value);
        }

        return Math.Abs(sequence.Interval.Lower - values.Average()) < 1e-9 && Math.Abs(sequence.Interval.Upper - values.Average()) < 1e-9;
    }

    [Property]
    public bool Ends_lie_within_0_and_1_and_mirrored_values_mirror_them(NonEmptyArray<byte> bytes)
    {
        var (sequence, mirrored) = (new ConfidenceSequence(), new ConfidenceSequence());
        foreach (var value in bytes.Get)
        {
            sequence.Add(value / 255.0);
            mirrored.Add(1 - (value / 255.0));
        }

        var (one, other) = (sequence.Interval, mirrored.Interval);
        return one.Lower >= 0 && one.Lower <= one.Upper && one.Upper <= 1
            && Math.Abs(one.Lower - (1 - other.Upper)) < 1e-9 && Math.Abs(one.Upper - (1 - other.Lower)) < 1e-9;
    }

    [Fact]
    public void Where_looks_contradict_each_other_only_what_is_certain_is_left()
    {
        // The set is in an order that is not random: 300 right answers, then 700 wrong ones.
        var sequence = new ConfidenceSequence(1000);
        for (var i = 0; i < 300; i++)
        {
            sequence.Add(1);
        }

        Assert.True(sequence.Interval.Lower > 0.9);
        for (var i = 0; i < 400; i++)
        {
            sequence.Add(0);
        }

        Assert.Equal(new Interval(0.3, 0.6), sequence.Interval);
    }

    [LongFact]
    public void Each_of_100000_questions_can_be_followed_by_a_look()
    {
        var random = new Random(1);
        var sequence = new ConfidenceSequence(100_000);
        var narrow = 0;
        for (var i = 0; i < 100_000; i++)
        {
            sequence.Add(random.NextDouble() < 0.9 ? 1 : 0);
            narrow += sequence.Interval is var look && look.Upper - look.Lower < 0.04 ? 1 : 0;
        }

        // Wilson's interval is that narrow after 865 questions, for one look.
        Assert.InRange(narrow, 95_000, 98_000);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfidenceSequence(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfidenceSequence(5, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfidenceSequence().Add(1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfidenceSequence().Add(double.NaN));
        var sequence = new ConfidenceSequence(1);
        Assert.Equal(new Interval(0, 1), sequence.Interval);
        sequence.Add(1);
        Assert.Equal(new Interval(1, 1), sequence.Interval);
        Assert.Throws<InvalidOperationException>(() => sequence.Add(0));
    }
}
