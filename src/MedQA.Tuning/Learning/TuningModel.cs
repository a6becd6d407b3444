using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Files;
using MedQA.Inference.Models;

namespace MedQA.Tuning.Learning;

/// <summary>The tuned model, and the model that the result is for.</summary>
/// <param name="Weights">The folder with the weights.</param>
/// <param name="Target">The folder whose graph will run with the soft prompt; it provides tokenizer, template and fingerprint.</param>
internal sealed record TuningModel(ModelFolder Weights, ModelFolder Target)
{
    /// <summary>Opens the folders.</summary>
    /// <param name="weights">A model's folder, with an ONNX graph or safetensors.</param>
    /// <param name="target">The folder that will run with the soft prompt, or <see langword="null"/> for the same one.</param>
    /// <exception cref="UnusableException">A file is missing or damaged.</exception>
    public static TuningModel Open(string weights, string? target)
    {
        var opened = OpenEither(weights);
        return new(opened, target is null ? opened : OpenEither(target));
    }

    /// <summary>The default profile, whose likelihoods show the gain of a soft prompt best.</summary>
    public static string DefaultProfile => BuiltInProfiles.All.First(static profile => profile.Strategy.ScoresOptions).Name;

    /// <summary>Returns a built-in profile by name, or the profile in a file.</summary>
    /// <exception cref="InputException">The profile does not exist.</exception>
    /// <exception cref="InputException">The file is not a profile.</exception>
    public static Profile ReadProfile(string nameOrFile) =>
        nameOrFile.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            && File.Exists(nameOrFile) ? ProfileReader.Parse(RegularFile.ReadAllBytes(nameOrFile), nameOrFile)
        : BuiltInProfiles.Find(nameOrFile)
            ?? throw new InputException(
                $"No profile '{nameOrFile}'. Built-in profiles: "
                    + $"{string.Join(", ", BuiltInProfiles.All.Select(static profile => profile.Name))}; a file's name must end with "
                    + ".json.");

    private static ModelFolder OpenEither(string folder)
    {
        var weights = Directory.Exists(folder) && !Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories).Any()
            ? Directory.EnumerateFiles(folder, "*.safetensors").Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        return ModelFolder.Open(folder, weights is null ? null : Path.GetFileName(weights));
    }
}
