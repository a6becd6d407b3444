using FsCheck.Xunit;
using MathNet.Numerics.Distributions;
using MedQA.Evaluation.Randomness;
using MedQA.Inference.Sampling;

namespace MedQA.Inference.Tests.Sampling;

public class TokenSamplerTests
{
    private const int Draws = 200_000;

    /// <summary>The sampler's distribution is the softmax, truncated as the rule says: expected values come from a plain computation in double precision.</summary>
    [Theory]
    [InlineData(1.0, 1.0, 0, 0.0)]
    [LongInlineData(0.7, 1.0, 0, 0.0)]
    [LongInlineData(1.5, 1.0, 0, 0.0)]
    [InlineData(0.7, 1.0, 20, 0.0)]
    [InlineData(0.7, 0.8, 0, 0.0)]
    [LongInlineData(1.0, 0.9, 50, 0.0)]
    [InlineData(1.0, 1.0, 0, 0.05)]
    [LongInlineData(0.9, 0.95, 60, 0.02)]
    public void Draws_follow_the_distribution(double temperature, double topP, int topK, double minP)
    {
        var logits = Logits(1000, seed: 3);
        var rule = new SamplingRule(temperature, topP, topK, minP);
        var expected = Distribution(logits, rule);
        var sampler = new TokenSampler(logits.Length);
        var stream = new RandomStream(42);
        var counts = new int[logits.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            counts[sampler.Draw(logits, rule, stream.Uniform(draw)).Id]++;
        }

        // Tokens that are expected less than 10 times are one class.
        var (statistic, classes, restExpected, restCount) = (0.0, 0, 0.0, 0);
        for (var id = 0; id < logits.Length; id++)
        {
            if (expected[id] == 0)
            {
                Assert.Equal(0, counts[id]);
            }
            else if (expected[id] * Draws < 10)
            {
                (restExpected, restCount) = (restExpected + (expected[id] * Draws), restCount + counts[id]);
            }
            else
            {
                statistic += Math.Pow(counts[id] - (expected[id] * Draws), 2) / (expected[id] * Draws);
                classes++;
            }
        }

        if (restExpected > 0)
        {
            statistic += Math.Pow(restCount - restExpected, 2) / restExpected;
            classes++;
        }

        Assert.True(classes > 10);
        Assert.InRange(1 - ChiSquared.CDF(classes - 1, statistic), 1e-4, 1 - 1e-4);
    }

    [Fact]
    public void A_token_is_drawn_on_exactly_its_part_of_the_unit_interval()
    {
        // e^0 : e^ln 2 : e^ln 4 is 1 : 2 : 4.
        float[] logits = [0, MathF.Log(2), MathF.Log(4)];
        var sampler = new TokenSampler(3);

        int At(double uniform) => sampler.Draw(logits, new(1), uniform).Id;

        Assert.Equal(0, At(0));
        Assert.Equal(0, At((1 / 7.0) - 1e-6));
        Assert.Equal(1, At((1 / 7.0) + 1e-6));
        Assert.Equal(1, At((3 / 7.0) - 1e-6));
        Assert.Equal(2, At((3 / 7.0) + 1e-6));
        Assert.Equal(2, At(Math.BitDecrement(1.0)));
    }

    [Fact]
    public void The_last_ids_of_any_vocabulary_can_be_drawn()
    {
        foreach (var size in (int[])[1, 2, 15, 16, 17, 511, 512, 513, 49_152, 151_936])
        {
            var logits = new float[size];
            logits.AsSpan().Fill(-50);
            logits[^1] = 10;

            Assert.Equal(size - 1, new TokenSampler(size).Draw(logits, new(1), 0.5).Id);
            Assert.Equal(size - 1, new TokenSampler(size).Draw(logits, new(0), 0.5).Id);
        }
    }

    [Fact]
    public void At_temperature_0_ties_go_to_the_lowest_id()
    {
        var logits = Logits(1000, seed: 1);
        logits[300] = logits[700] = logits[301] = 99;

        Assert.Equal(300, new TokenSampler(1000).Draw(logits, new(0), 0.999).Id);
    }

    [Fact]
    public void The_log_probability_is_that_at_temperature_1_over_the_whole_vocabulary()
    {
        var logits = Logits(5000, seed: 2);
        var logSum = Math.Log(logits.Sum(static logit => Math.Exp(logit)));

        var drawn = new TokenSampler(5000).Draw(logits, new(0.5, 0.7, 40, 0.01), 0.3);

        Assert.Equal(logits[drawn.Id] - logSum, drawn.LogProbability, 1e-6);
    }

    [Fact]
    public void Among_equally_likely_tokens_the_lowest_ids_stay()
    {
        float[] logits = [0, 0, 0, 0, 0, -1];
        var sampler = new TokenSampler(6);

        var byCount = Enumerable.Range(0, 1000).Select(draw => sampler.Draw(logits, new(1, TopK: 2), draw / 1000.0).Id).Distinct();
        var byShare = Enumerable.Range(0, 1000).Select(draw => sampler.Draw(logits, new(1, TopP: 0.5), draw / 1000.0).Id).Distinct();

        Assert.Equal([0, 1], byCount);
        Assert.Equal([0, 1, 2], byShare);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_distribution_are_refused(float broken)
    {
        var logits = Logits(100, seed: 1);
        logits[50] = broken;

        var exception = Assert.Throws<InvalidOperationException>(() => new TokenSampler(100).Draw(logits, new(1), 0.5));
        Assert.Contains("not a distribution", exception.Message, StringComparison.Ordinal);
    }

    [Property]
    public bool Any_draw_has_weight(uint seed, byte size)
    {
        var logits = Logits(size + 1, (int)(seed % 10_000));
        var drawn = new TokenSampler(size + 1).Draw(logits, new(0.7, 0.9, 5, 0.1), new RandomStream(seed).Uniform(0));

        return Distribution(logits, new(0.7, 0.9, 5, 0.1))[drawn.Id] > 0;
    }

    private static float[] Logits(int count, int seed)
    {
        var stream = new RandomStream((ulong)seed);
        return [.. Enumerable.Range(0, count).Select(id => (float)Normal.InvCDF(0, 2.5, Math.Max(stream.Uniform(id), 1e-12)))];
    }

    private static double[] Distribution(float[] logits, SamplingRule rule)
    {
        var weights = logits.Select(logit => Math.Exp((logit - logits.Max()) / rule.Temperature)).ToArray();
        var byWeight = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(static id => id).ToList();
        var kept = byWeight.Take(rule.TopK == 0 ? logits.Length : rule.TopK).ToList();
        var share = rule.TopP * kept.Sum(id => weights[id]);
        var nucleus = new HashSet<int>();
        var sum = 0.0;
        foreach (var id in kept)
        {
            if (sum < share || rule.TopP == 1)
            {
                nucleus.Add(id);
                sum += weights[id];
            }
        }

        nucleus.RemoveWhere(id => weights[id] < rule.MinP);
        var total = nucleus.Sum(id => weights[id]);
        return [.. weights.Select((weight, id) => nucleus.Contains(id) ? weight / total : 0)];
    }
}
