using MedQA.Inference.Decoding;
using MedQA.Inference.Sampling;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Engine;

/// <summary>Whether a graph gives in a packed row what it gives in rows of their own: tried when a model is loaded, on a few tokens.</summary>
internal static class PackedRowCheck
{
    // Between what rounding and int8 activations leave (below 0.05 on the models tried) and what a cell that should be hidden does.
    private const double MostDivergence = 0.25;
    private const int PromptLength = 12;
    private const int Samples = 3;
    private const int Steps = 3;

    /// <summary>Compares the distributions after each of a few steps.</summary>
    public static bool Passes(DecoderSession session)
    {
        if (session.Layout.MostCells < PromptLength + (Samples * Steps))
        {
            return false;
        }

        using var prompt = session.CreateCache();
        prompt.Reshape(1, PromptLength);
        var ids = session.Ids(PromptLength);
        var positions = session.Positions(PromptLength);
        for (var index = 0; index < PromptLength; index++)
        {
            (ids[index], positions[index]) = (TokenAt(session, index), index);
        }

        session.Run(prompt, PromptLength, logits: 1);
        using var packed = session.CreateCache();
        packed.Reshape(1, PromptLength + (Samples * Steps));
        packed.Fill(prompt, PromptLength);
        using var rows = session.CreateCache();
        rows.Reshape(Samples, PromptLength + Steps);
        rows.Fill(prompt, PromptLength);
        var first = Distributions(session, new PackedBatch(session, packed));
        var second = Distributions(session, new RowBatch(session, rows));
        return first.Zip(second, Divergence).All(static divergence => divergence <= MostDivergence);
    }

    private static List<double[]> Distributions(DecoderSession session, SampleBatch batch)
    {
        var sampler = new TokenSampler(session.Layout.VocabularySize);
        var distributions = new List<double[]>();
        for (var step = 0; step < Steps; step++)
        {
            batch.Step([0, 1, 2], [TokenAt(session, 100 + step), TokenAt(session, 200 + step), TokenAt(session, 300 + step)]);
            for (var sample = 0; sample < Samples; sample++)
            {
                var logits = batch.LogitsOf(sample);
                var logSum = sampler.LogSumOfExponentials(logits, out _);
                distributions.Add([.. logits.ToArray().Select(logit => logit - logSum)]);
            }
        }

        return distributions;
    }

    /// <summary>Kullback-Leibler divergence in nats.</summary>
    private static double Divergence(double[] first, double[] second) => first.Zip(second, static (left, right) => Math.Exp(left) * (left - right)).Sum();

    // Any tokens serve that differ from each other.
    private static int TokenAt(DecoderSession session, int place) => (int)((place * 7919L + 17) % session.Layout.VocabularySize);
}
