using MedQA.Inference.Decoding;
using MedQA.Inference.Sampling;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Engine;

/// <summary>
/// Checks on a few tokens, when a model is loaded, whether a graph gives the same in a packed row as in separate rows.
/// </summary>
internal static class PackedRowCheck
{
    // What rounding and int8 activations leave is far below what samples do to each other when nothing hides them.
    private const double MaxShare = 0.2;
    private const double Rounding = 1e-7;
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
        var hidden = Distributions(session, new PackedBatch(session, packed));
        packed.Truncate(PromptLength);
        var unhidden = Distributions(session, new PackedBatch(session, packed, hidesOthers: false));
        using var rows = session.CreateCache();
        rows.Reshape(Samples, PromptLength + Steps);
        rows.Fill(prompt, PromptLength);
        var own = Distributions(session, new RowBatch(session, rows));
        return Divergence(own, hidden) <= Math.Max(Rounding, MaxShare * Divergence(own, unhidden));
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

    /// <summary>Kullback-Leibler divergence in nats, summed over all distributions.</summary>
    private static double Divergence(List<double[]> first, List<double[]> second) =>
        first.Zip(second, static (left, right) => left.Zip(right, static (one, other) => Math.Exp(one) * (one - other)).Sum()).Sum();

    // Any tokens serve that differ from each other.
    private static int TokenAt(DecoderSession session, int place) => (int)((place * 7919L + 17) % session.Layout.VocabularySize);
}
