using System.Text.Json;
using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Sampling;
using MedQA.Inference.Sessions;

namespace MedQA.Benchmarks.EndToEnd;

/// <summary>How far a graph's distributions are from the exact graph's, for one token at a time, rows and packed rows apart: over the 6 prompts and 48 tokens of references/greedy.json.</summary>
internal sealed class Fidelity(EndToEndOptions options, ModelFolder folder)
{
    private const int Samples = 4;

    public IReadOnlyList<Measurement> Run()
    {
        using var exact = DecoderSession.Open(ModelFolder.Open(options.ModelFolder, "model.exact.onnx"), options.Model);
        using var tried = DecoderSession.Open(folder, options.Model);
        var divergences = new Dictionary<string, List<(double Divergence, bool Agrees)>>(StringComparer.Ordinal);
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(EndToEndCommand.RepositoryRoot, "tests", "references", "greedy.json")));
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var prompt = item.GetProperty("input_ids").EnumerateArray().Select(static id => id.GetInt32()).ToArray();
            var tokens = item.GetProperty("greedy").EnumerateArray().Select(static id => id.GetInt32()).ToArray();
            var expected = Distributions(exact, prompt, tokens, isPacked: false, samples: 1);
            foreach (var (mode, isPacked, samples) in ((string, bool, int)[])[("one token at a time", false, 1), ("rows", false, Samples), ("packed", true, Samples)])
            {
                if (!divergences.TryGetValue(mode, out var list))
                {
                    divergences.Add(mode, list = []);
                }

                list.AddRange(expected.Zip(Distributions(tried, prompt, tokens, isPacked, samples), Compare));
            }
        }

        return
        [
            .. divergences.SelectMany(static mode => (Measurement[])
            [
                new($"fidelity, {mode.Key}: mean KL divergence from the exact graph", "nats", mode.Value.Average(static item => item.Divergence)),
                new($"fidelity, {mode.Key}: same most likely token", "share", mode.Value.Average(static item => item.Agrees ? 1.0 : 0)),
            ]),
        ];
    }

    private static List<double[]> Distributions(DecoderSession session, int[] prompt, int[] tokens, bool isPacked, int samples)
    {
        using var cache = session.CreateCache();
        cache.Reshape(1, prompt.Length);
        for (var index = 0; index < prompt.Length; index++)
        {
            session.Ids(prompt.Length)[index] = prompt[index];
            session.Positions(prompt.Length)[index] = index;
        }

        session.Run(cache, prompt.Length, logits: 1);
        using var work = session.CreateCache();
        work.Reshape(isPacked ? 1 : samples, SamplePlan.CellsOf(isPacked, prompt.Length, samples, tokens.Length));
        work.Fill(cache, prompt.Length);
        SampleBatch batch = isPacked ? new PackedBatch(session, work) : new RowBatch(session, work);
        var sampler = new TokenSampler(session.Layout.VocabularySize);
        var all = Enumerable.Range(0, samples).ToArray();
        var distributions = new List<double[]>();
        foreach (var token in tokens[..^1])
        {
            batch.Step(all, [.. all.Select(_ => token)]);
            var logits = batch.LogitsOf(samples - 1);
            var logSum = sampler.LogSumOfExponentials(logits, out _);
            distributions.Add([.. logits.ToArray().Select(logit => logit - logSum)]);
        }

        return distributions;
    }

    private static (double Divergence, bool Agrees) Compare(double[] expected, double[] actual) => (
        expected.Zip(actual, static (left, right) => Math.Exp(left) * (left - right)).Sum(),
        Array.IndexOf(expected, expected.Max()) == Array.IndexOf(actual, actual.Max()));
}
