using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Sampling;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Tests.Engine;

/// <summary>The fast graph (int8 activations) against the exact one, for each way of drawing; the benchmarks do it on more text.</summary>
public class FidelityTests
{
    private const int Samples = 3;
    private const int Tokens = 16;

    [LongFact]
    public void The_fast_graph_stays_within_a_hundredth_of_a_nat_of_the_exact_one_however_tokens_are_drawn()
    {
        var folder = Repository.PathOf("models", "smollm2-135m-instruct");
        using var exact = DecoderSession.Open(ModelFolder.Open(folder, "model.exact.onnx"), new() { Threads = 1 });
        using var fast = DecoderSession.Open(ModelFolder.Open(folder), new() { Threads = 1 });
        var reference = ReferenceCase.Of("tests", "references", "greedy.json")[2];
        var expected = Distributions(exact, reference, isPacked: false, samples: 1);

        foreach (var (isPacked, samples) in ((bool, int)[])[(false, 1), (false, Samples), (true, Samples)])
        {
            var divergence = expected.Zip(Distributions(fast, reference, isPacked, samples), Divergence).Average();

            Assert.InRange(divergence, 0, 0.01);
        }
    }

    private static List<double[]> Distributions(DecoderSession session, ReferenceCase reference, bool isPacked, int samples)
    {
        var prompt = reference.InputIds;
        using var cache = session.CreateCache();
        cache.Reshape(1, prompt.Length);
        var (ids, positions) = (new long[prompt.Length], Enumerable.Range(0, prompt.Length).Select(static position => (long)position).ToArray());
        prompt.Select(static id => (long)id).ToArray().CopyTo(ids, 0);
        ids.CopyTo(session.Ids(prompt.Length));
        positions.CopyTo(session.Positions(prompt.Length));
        session.Run(cache, prompt.Length, logits: 1);
        using var work = session.CreateCache();
        work.Reshape(isPacked ? 1 : samples, SamplePlan.CellsOf(isPacked, prompt.Length, samples, Tokens + 1));
        work.Fill(cache, prompt.Length);
        SampleBatch batch = isPacked ? new PackedBatch(session, work) : new RowBatch(session, work);
        var sampler = new TokenSampler(session.Layout.VocabularySize);
        var all = Enumerable.Range(0, samples).ToArray();
        var distributions = new List<double[]>();
        foreach (var token in reference.Greedy[..Tokens])
        {
            batch.Step(all, [.. all.Select(_ => token)]);
            var logits = batch.LogitsOf(samples - 1);
            var logSum = sampler.LogSumOfExponentials(logits, out _);
            distributions.Add([.. logits.ToArray().Select(logit => logit - logSum)]);
        }

        return distributions;
    }

    private static double Divergence(double[] expected, double[] actual) =>
        expected.Zip(actual, static (left, right) => Math.Exp(left) * (left - right)).Sum();
}
