using BenchmarkDotNet.Attributes;
using MedQA.Evaluation.Randomness;
using MedQA.Inference.Sampling;

namespace MedQA.Benchmarks.Micro;

/// <summary>One draw over the default model's vocabulary, and over a large one.</summary>
[MemoryDiagnoser]
public class TokenSamplerBenchmarks
{
    private float[] _logits = [];
    private TokenSampler _sampler = new(1);
    private int _token;

    [Params(49_152, 151_936)]
    public int Vocabulary { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _logits = [.. Enumerable.Range(0, Vocabulary).Select(static id => (float)((new RandomStream(1).Uniform(id) - 0.5) * 20))];
        _sampler = new(Vocabulary);
    }

    [Benchmark(Baseline = true)]
    public int Temperature() => _sampler.Draw(_logits, new(0.7), new RandomStream(2).Uniform(_token++)).Id;

    [Benchmark]
    public int TopP() => _sampler.Draw(_logits, new(0.7, TopP: 0.9), new RandomStream(2).Uniform(_token++)).Id;

    [Benchmark]
    public int TopK() => _sampler.Draw(_logits, new(0.7, TopK: 50), new RandomStream(2).Uniform(_token++)).Id;

    [Benchmark]
    public int Greedy() => _sampler.Draw(_logits, new(0), 0).Id;
}
