using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Statistics;
using MedQA.Files;
using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Learning;
using TorchSharp;
using Decoder = MedQA.Tuning.Transformers.Decoder;

namespace MedQA.Tuning.Benchmarks;

/// <summary>
/// What tuning gains, by the length of the soft prompt and by the number of exemplars: each configuration is tuned, then asked the same
/// test questions. What is measured already is kept, so the work can be done in slices.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="settings">How to tune; lengths are the configurations'.</param>
/// <param name="folder">Where results go.</param>
/// <param name="say">Told what happens.</param>
internal sealed class TuningMeasurement(TuningModel model, TuningSettings settings, string folder, Action<string> say) : IDisposable
{
    private readonly Lazy<Decoder> _decoder = new(
        () => Decoder.Load(model.Weights, settings.Bfloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32));

    /// <summary>Measures what is not there yet.</summary>
    /// <param name="pool">The exemplars; a configuration takes the first ones.</param>
    /// <param name="test">The test questions.</param>
    /// <param name="encoding">How they are asked.</param>
    /// <param name="configurations">Length and number of exemplars of each.</param>
    /// <param name="profile">The profile's name.</param>
    /// <param name="hash">SHA-256 of the file.</param>
    /// <param name="cancellationToken">Ends the work; a configuration that was begun goes on from its checkpoint.</param>
    public async Task MeasureAsync(
        ImmutableArray<TuningExample> pool,
        ImmutableArray<TuningExample> test,
        ExampleEncoding encoding,
        IEnumerable<(int Length, int Exemplars)> configurations,
        string profile,
        string hash,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        if (!File.Exists(PathOf("baseline")))
        {
            Write("baseline", Evaluate(null, test, cancellationToken));
            say("The model alone is measured.");
        }

        foreach (var (length, exemplars) in configurations)
        {
            var name = NameOf(length, exemplars);
            var checkpoint = Path.Combine(folder, $"{name}.checkpoint");
            if (File.Exists(PathOf(name)))
            {
                TuningState.Remove(checkpoint);
                continue;
            }

            var own = settings with { Length = length };
            var clock = Path.Combine(folder, $"{name}.seconds");
            var before = File.Exists(clock)
                ? double.Parse(await RegularFile.ReadAllTextAsync(clock, cancellationToken), CultureInfo.InvariantCulture)
                : 0;
            var watch = Stopwatch.StartNew();
            TuningState state;
            try
            {
                state = new PromptTuning(_decoder.Value, encoding.Tokenizer, own, TimeProvider.System)
                    .Run(pool[..exemplars], [], checkpoint, $"{hash} {name} {own}",
                    step => say(
                        $"{name}: step {step.Loss.Step} of {step.Steps}, loss {step.Loss.Loss:0.0000}, {step.TokensPerSecond:0} tokens/s, "
                            + $"{step.Left:h\\:mm\\:ss} left"), cancellationToken);
            }
            finally
            {
                OutputFile.WriteAllBytes(
                    clock, Encoding.ASCII.GetBytes((before + watch.Elapsed.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
            }

            var seconds = before + watch.Elapsed.TotalSeconds;
            await SoftPromptResult.WriteAsync(
                Path.Combine(folder, name),
                model,
                _decoder.Value,
                state.SoftPrompt,
                own,
                profile,
                state.Losses,
                new SoftPromptData { Hash = hash, Exemplars = exemplars },
                cancellationToken);
            Write(name, Evaluate(state.SoftPrompt, test, cancellationToken) with
            {
                Settings = own,
                Exemplars = exemplars,
                Losses = [.. state.Losses.Select(static loss => loss.Loss)],
                TuningSeconds = seconds
            });
            TuningState.Remove(checkpoint);
            say($"{name} is measured.");
        }
    }

    /// <summary>The results as a table in Markdown, with Holm's correction over all configurations.</summary>
    public string Describe(IReadOnlyList<(int Length, int Exemplars)> configurations)
    {
        var baseline = Read("baseline");
        var rows = configurations.Select(
            configuration => (configuration, Measured: Read(NameOf(configuration.Length, configuration.Exemplars)))).ToList();
        var comparisons = rows.Select(row => PromptComparison.Of(baseline.Gold, baseline.Options, row.Measured.Options)).ToList();
        var adjusted = Holm.Adjust([.. comparisons.Select(static comparison => comparison.Test.MidP)]);
        var first = comparisons[0];
        var lines = new List<string>
        {
            "| p | exemplars | log-likelihood of the right option | gain [95 %] | gain of its share among the options [95 %] | right | "
                + "accuracy [95 %] | only before / only after | mid-p | Holm | tuning |",
            "| --: | --: | --: | --- | --- | --: | --- | --: | --: | --: | --: |",
            string.Create(
                CultureInfo.InvariantCulture,
                $"| 0 | 0 | {first.GoldBefore:0.000} | | | {first.RightBefore}/{first.Questions} | "
                    + $"{Accuracy(first.RightBefore, first.Questions)} | | | | |"),
        };
        for (var index = 0; index < rows.Count; index++)
        {
            var ((length, exemplars), comparison) = (rows[index].configuration, comparisons[index]);
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {length} | {exemplars} | {comparison.GoldAfter:0.000} | {Gain(comparison.GoldDifference, comparison.Questions)} | "
                        + $"{Gain(comparison.ShareDifference, comparison.Questions)} | {comparison.RightAfter}/{comparison.Questions} | "
                        + $"{Accuracy(comparison.RightAfter, comparison.Questions)} | {comparison.Test.OnlyFirst} / "
                        + $"{comparison.Test.OnlySecond} | {comparison.Test.MidP:0.000} | {adjusted[index]:0.000} | "
                        + $"{rows[index].Measured.TuningSeconds:0} s |"));
        }

        return string.Join('\n', lines);
    }

    public void Dispose()
    {
        if (_decoder.IsValueCreated)
        {
            _decoder.Value.Dispose();
        }
    }

    private static string NameOf(int length, int exemplars) => string.Create(CultureInfo.InvariantCulture, $"p{length}-n{exemplars}");

    private static string Accuracy(int right, int questions)
    {
        var interval = BinomialInterval.ClopperPearson(right, questions);
        return string.Create(
            CultureInfo.InvariantCulture, $"{100.0 * right / questions:0.0} % [{100 * interval.Lower:0.0}, {100 * interval.Upper:0.0}]");
    }

    private static string Gain(MeanWithError difference, int questions)
    {
        var interval = difference.IntervalAt(questions - 1);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{difference.Mean:+0.000;-0.000} [{interval.Lower:+0.000;-0.000}, {interval.Upper:+0.000;-0.000}]");
    }

    private MeasuredConfiguration Evaluate(float[]? softPrompt, ImmutableArray<TuningExample> test, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var evaluated = PromptEvaluation.Of(_decoder.Value, settings.MicroTokens, softPrompt, test, withOptions: true, cancellationToken);
        return new()
        {
            Loss = evaluated.Loss,
            Gold = [.. test.Select(static example => example.Question!.Gold!.Value)],
            Options = evaluated.Options,
            EvaluationSeconds = watch.Elapsed.TotalSeconds
        };
    }

    private string PathOf(string name) => Path.Combine(folder, $"{name}.json");

    private MeasuredConfiguration Read(string name) => MeasuredConfiguration.Read(PathOf(name));

    private void Write(string name, MeasuredConfiguration measured) =>
        OutputFile.WriteAllBytes(PathOf(name), JsonSerializer.SerializeToUtf8Bytes(measured, MeasuringJson.Default.MeasuredConfiguration));
}
