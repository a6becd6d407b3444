using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using MedQA.Cli.Commands;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Statistics;
using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Learning;
using MedQA.Tuning.Transformers;
using TorchSharp;

namespace MedQA.Tuning.Commands;

/// <summary><c>medqa tune</c>: learns a soft prompt and writes it into a folder.</summary>
internal static class TuneCommand
{
    private const string CheckpointFolder = "checkpoint";
    private const int DefaultMaxTokens = 2048;

    /// <summary>Adds the options and the action to the root command.</summary>
    public static void AddTo(RootCommand root)
    {
        var model = new Option<string?>("--model")
        {
            Description = "Model: a folder with an ONNX model as for `medqa run` or with safetensors, or a name that `medqa models` lists. "
                + "Default: the model of the settings",
            HelpName = "FOLDER"
        };
        var data = new Option<string?>("--data")
        {
            Description = "Exemplars: a question set (CSV, JSON lines …) with options and right answers, or with long answers",
            HelpName = "FILE"
        };
        var output = new Option<string?>("--out") { Description = "Folder to write the soft prompt to", HelpName = "FOLDER" };
        var target = new Option<string?>("--for")
        {
            Description = "ONNX model folder that will run with the soft prompt, if --model has safetensors of the same model",
            HelpName = "FOLDER"
        };
        var dev = new Option<string?>("--dev")
        {
            Description = "Other questions, for choosing the best soft prompt and for the final evaluation",
            HelpName = "FILE"
        };
        var profile = new Option<string?>("--profile")
        {
            Description = $"Profile that the soft prompt will be used with: a name or a JSON file. Default: {TuningModel.DefaultProfile}",
            HelpName = "NAME|FILE.json"
        };
        var instruction = new Option<string?>("--instruction")
        {
            Description = "Instruction that replaces the profile's",
            HelpName = "TEXT"
        };
        var maxTokens = new NumberOption<int?>("--max-tokens", NumberRange.Whole(1))
        {
            Description = $"Maximum number of tokens per exemplar. Default: {DefaultMaxTokens}",
            HelpName = "N"
        };
        var tuning = new TuningOptions();
        foreach (var option in (Option[])[model, data, output, target, dev, profile, instruction, maxTokens])
        {
            root.Add(option);
        }

        tuning.AddTo(root, withLength: true);
        root.SetAction((parsed, cancellationToken) => TuningConsole.InvokeAsync(() =>
        {
            var asked = TuningModel.ReadProfile(parsed.GetValue(profile) ?? TuningModel.DefaultProfile);
            return TuneAsync(
                new(
                    Given(parsed, model),
                    parsed.GetValue(target),
                    Given(parsed, data),
                    parsed.GetValue(dev),
                    Given(parsed, output),
                    parsed.GetValue(maxTokens) ?? DefaultMaxTokens),
                parsed.GetValue(instruction) is { } text ? asked with { Instruction = text } : asked,
                tuning.Read(parsed, withLength: true),
                cancellationToken);
        }, cancellationToken));
    }

    private static string Given(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { Length: > 0 } value
            ? value
            : throw InputException.Of(
                option.Name,
                "is missing",
                "See `medqa tune --help`");

    private static async Task<int> TuneAsync(
        TuningFiles files, Profile profile, TuningSettings settings, CancellationToken cancellationToken)
    {
        var checkpoints = Path.Combine(files.Output, CheckpointFolder);
        if (File.Exists(Path.Combine(files.Output, SoftPromptFiles.Manifest)))
        {
            // Left by a tuning that was interrupted after its last write.
            TuningState.Remove(checkpoints);
            throw new InputException(
                new FaultLocation(),
                $"{files.Output} already has a soft prompt",
                "Choose another --out, or delete the folder");
        }

        var model = TuningModel.Open(files.Model, files.Target);
        var data = await ExampleFile.ReadAsync(files.Data, cancellationToken);
        var dev = files.Dev is null ? null : await ExampleFile.ReadAsync(files.Dev, cancellationToken);
        var encoding = new ExampleEncoding(model.Target, profile, data.Datasets.Concat(dev?.Datasets ?? []));
        var room = Math.Min(files.MaxTokens, model.Target.ContextLength - settings.Length);
        var (exemplars, held) = (data.Encode(encoding, room), dev?.Encode(encoding, room) ?? []);
        using var decoder = Decoder.Load(model.Weights, settings.Bfloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32);
        Say($"{exemplars.Length:N0} exemplars of {exemplars.Average(static example => example.Length):0} "
            + $"tokens{(held.Length > 0 ? $", {held.Length:N0} to choose by" : "")}; {settings.Length} virtual tokens of "
            + $"{decoder.Shape.Hidden} numbers in front of {model.Weights.Name}.");

        var signature = string.Join(
            '|',
            await model.Weights.FingerprintAsync(cancellationToken),
            data.Hash,
            dev?.Hash ?? "",
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(CanonicalJson.Of(profile))),
            settings);
        var state = new PromptTuning(decoder, encoding.Tokenizer, settings, TimeProvider.System).Run(
            exemplars, held, checkpoints, signature, Report, cancellationToken);
        var (kept, softPrompt) = state.Best is { } best && !settings.KeepLast ? (state.BestStep, best) : (state.Step, state.SoftPrompt);

        var (judged, what) = held.Length > 0 ? (held, "dev file") : (exemplars, "exemplars themselves");
        var before = PromptEvaluation.Of(decoder, settings.MicroTokens, null, judged, withOptions: true, cancellationToken);
        var after = PromptEvaluation.Of(decoder, settings.MicroTokens, softPrompt, judged, withOptions: true, cancellationToken);
        var result = await SoftPromptResult.WriteAsync(files.Output, model, decoder, softPrompt, settings, profile.Name, state.Losses,
            new SoftPromptData
            {
                Hash = data.Hash,
                Exemplars = exemplars.Length,
                DevHash = dev?.Hash,
                DevExemplars = dev is null ? null : held.Length
            }, cancellationToken);
        TuningState.Remove(checkpoints);
        Console.WriteLine(Describe(judged, before, after, what, kept, settings));
        Console.WriteLine(
            $"Wrote the soft prompt to {result.Path}. Use it in a profile with \"prefix\": \"{Path.GetFileName(result.Path)}\": `medqa run "
                + $"FILE --profile PROFILE.json --prefixes {Path.GetDirectoryName(result.Path)}`.");
        return 0;
    }

    private static string Describe(
        ImmutableArray<TuningExample> judged,
        PromptEvaluation before,
        PromptEvaluation after,
        string what,
        int kept,
        TuningSettings settings)
    {
        var lines = new List<string>
        {
            string.Create(
                CultureInfo.InvariantCulture,
                $"Kept the soft prompt of step {kept} of {settings.Steps}. On the {what}, without and with it:"),
            string.Create(CultureInfo.InvariantCulture, $"  loss      {before.Loss:0.0000} -> {after.Loss:0.0000} nats per token"),
        };
        if (PromptComparison.Of(judged, before, after) is { } comparison)
        {
            var gain = comparison.GoldDifference.IntervalAt(comparison.Questions - 1);
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  accuracy  {Accuracy(comparison.RightBefore)} -> {Accuracy(comparison.RightAfter)}; right only without "
                        + $"{comparison.Test.OnlyFirst}, only with {comparison.Test.OnlySecond}, McNemar mid-p "
                        + $"{comparison.Test.MidP:0.0000}"));
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  log-likelihood of the right option  {comparison.GoldBefore:0.000} -> {comparison.GoldAfter:0.000} nats, "
                        + $"difference {comparison.GoldDifference.Mean:+0.000;-0.000} [{gain.Lower:+0.000;-0.000}, "
                        + $"{gain.Upper:+0.000;-0.000}]"));

            string Accuracy(int right)
            {
                var interval = BinomialInterval.ClopperPearson(right, comparison.Questions);
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{right}/{comparison.Questions} = {100.0 * right / comparison.Questions:0.0} % [{100 * interval.Lower:0.0}, "
                        + $"{100 * interval.Upper:0.0}]");
            }
        }

        return string.Join('\n', lines);
    }

    private static void Report(TuningProgress progress) => Say(string.Create(CultureInfo.InvariantCulture,
        $"step {progress.Loss.Step} of {progress.Steps}: loss "
            + $"{progress.Loss.Loss:0.0000}{(progress.Loss.DevLoss is { } dev ? $", dev {dev:0.0000}" : "")}; "
            + $"{progress.TokensPerSecond:N0} tokens/s, {progress.Left:h\\:mm\\:ss} left"));

    private static void Say(string line) => Console.Error.WriteLine(line);

    private sealed record TuningFiles(string Model, string? Target, string Data, string? Dev, string Output, int MaxTokens);
}
