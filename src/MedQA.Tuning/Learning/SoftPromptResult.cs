using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.SoftPrompts;
using MedQA.Tuning.Transformers;
using TorchSharp;

namespace MedQA.Tuning.Learning;

/// <summary>Writes the result of a tuning.</summary>
internal static class SoftPromptResult
{
    /// <summary>Writes the soft prompt's folder. Keys and values are always computed in float32.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="decoder">The tuned decoder.</param>
    /// <param name="softPrompt">The soft prompt to keep.</param>
    /// <param name="settings">The settings of the tuning.</param>
    /// <param name="profile">The profile of the tuning.</param>
    /// <param name="losses">The losses of the steps.</param>
    /// <param name="data">The files of the tuning.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<SoftPromptFolder> WriteAsync(
        string folder,
        TuningModel model,
        Decoder decoder,
        float[] softPrompt,
        TuningSettings settings,
        string profile,
        IEnumerable<SoftPromptLoss> losses,
        SoftPromptData data,
        CancellationToken cancellationToken)
    {
        SoftPromptKeyValues keyValues;
        if (decoder.Precision == torch.ScalarType.Float32)
        {
            keyValues = PrefixTensors.Of(decoder, softPrompt);
        }
        else
        {
            using var exact = Decoder.Load(model.Weights, torch.ScalarType.Float32);
            keyValues = PrefixTensors.Of(exact, softPrompt);
        }

        var manifest = new SoftPromptManifest
        {
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            Length = settings.Length,
            Model = new(await model.Target.FingerprintAsync(cancellationToken), model.Target.Name),
            Layers = decoder.Shape.Layers,
            KeyValueHeads = decoder.Shape.KeyValueHeads,
            HeadSize = decoder.Shape.HeadSize,
            Hidden = decoder.Shape.Hidden,
            Data = data,
            Hyperparameters = settings.ToJson()
                .Add("profile", System.Text.Json.JsonSerializer.SerializeToElement(profile, TuningJson.Default.String)),
            Losses = [.. losses],
            Versions = VersionsOf(),
        };
        return SoftPromptFolder.Write(folder, manifest, keyValues, softPrompt);
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> VersionsOf() =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(
        [
            KeyValuePair.Create("medqa", typeof(SoftPromptResult).Assembly.GetName().Version!.ToString(3)),
            KeyValuePair.Create("torchsharp", typeof(torch).Assembly.GetName().Version!.ToString(3)),
            KeyValuePair.Create("libtorch", torch.__version__),
        ]);
}
