using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Files;
using MedQA.Inference.SoftPrompts;

namespace MedQA.Tuning.Learning;

/// <summary>The complete state of a tuning, from which it continues to the same bits.</summary>
internal sealed record TuningState
{
    private const string StateFile = "state.json";

    /// <summary>The soft prompt, [length, hidden].</summary>
    public required float[] SoftPrompt { get; init; }

    /// <summary>AdamW with its running means.</summary>
    public required AdamW Optimizer { get; init; }

    /// <summary>The number of finished steps.</summary>
    public int Step { get; set; }

    /// <summary>The losses so far.</summary>
    public List<SoftPromptLoss> Losses { get; init; } = [];

    /// <summary>The soft prompt with the lowest dev loss so far, or <see langword="null"/>.</summary>
    public float[]? Best { get; set; }

    /// <summary>The step of the best soft prompt.</summary>
    public int BestStep { get; set; }

    /// <summary>Its dev loss.</summary>
    public double BestDevLoss { get; set; } = double.MaxValue;

    /// <summary>Writes the state to a folder. If interrupted, the folder has this state or the previous one.</summary>
    /// <param name="folder">The folder; created if missing.</param>
    /// <param name="signature">The identity of the tuning: model, data and hyperparameters.</param>
    public void Save(string folder, string signature)
    {
        Directory.CreateDirectory(folder);
        var tensors = $"step-{Step:d6}.safetensors";
        long[] size = [SoftPrompt.Length];
        OutputFile.Write(
            Path.Combine(folder, tensors),
            file => SafetensorsWriter.Write(
                file,
                [
                    ("soft_prompt", size, SoftPrompt),
                    ("first", size, Optimizer.First),
                    ("second", size, Optimizer.Second),
                    ("best", size, Best ?? SoftPrompt)
                ]));
        var saved = new Saved(signature, tensors, Step, [.. Losses], Best is null ? null : BestStep, BestDevLoss);
        OutputFile.WriteAllBytes(Path.Combine(folder, StateFile), JsonSerializer.SerializeToUtf8Bytes(saved, TuningJson.Default.Saved));
        foreach (var old in Directory.EnumerateFiles(folder, "step-*.safetensors").Where(path => Path.GetFileName(path) != tensors))
        {
            File.Delete(old);
        }
    }

    /// <summary>Deletes the state folder of a finished tuning, if any.</summary>
    public static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Reads the state of a folder; returns <see langword="null"/> if there is none.</summary>
    /// <exception cref="InputException">The state belongs to another tuning.</exception>
    /// <exception cref="UnusableException">The state is damaged, or was written by a newer version.</exception>
    public static TuningState? Load(string folder, string signature, AdamW optimizer)
    {
        var file = Path.Combine(folder, StateFile);
        if (!File.Exists(file))
        {
            return null;
        }

        var remedy = $"Delete {folder} to start over";
        try
        {
            var bytes = RegularFile.ReadAllBytes(file);
            StoredFormat.Check($"The checkpoint {file}", bytes, "v", Saved.Version);
            var saved = JsonSerializer.Deserialize(bytes, TuningJson.Default.Saved) ?? throw new JsonException("It is null.");
            if (saved.Signature != signature)
            {
                throw new InputException(
                    new FaultLocation(),
                    $"{folder} has the checkpoint of a tuning with another model, other data or other settings",
                    "Use the same ones to continue it, choose another --out, or delete the folder");
            }

            using var tensors = SafetensorsReader.Open(Path.Combine(folder, saved.Tensors), remedy);
            tensors.ReadSingles("first").CopyTo(optimizer.First, 0);
            tensors.ReadSingles("second").CopyTo(optimizer.Second, 0);
            return new()
            {
                SoftPrompt = tensors.ReadSingles("soft_prompt"),
                Optimizer = optimizer,
                Step = saved.Step,
                Losses = [.. saved.Losses],
                Best = saved.BestStep is null ? null : tensors.ReadSingles("best"),
                BestStep = saved.BestStep ?? 0,
                BestDevLoss = saved.BestDevLoss,
            };
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new UnusableException(file, $"the checkpoint is damaged ({exception.Message.TrimEnd('.')})", remedy, exception);
        }
    }

    internal sealed record Saved(
        string Signature,
        string Tensors,
        int Step,
        ImmutableArray<SoftPromptLoss> Losses,
        int? BestStep,
        double BestDevLoss,
        int V = Saved.Version)
    {
        /// <summary>The version of written checkpoints.</summary>
        public const int Version = 1;
    }
}

/// <summary>The JSON formats of settings and checkpoints.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SoftPromptStartConverter)],
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(TuningSettings))]
[JsonSerializable(typeof(TuningState.Saved))]
internal sealed partial class TuningJson : JsonSerializerContext;

/// <summary>
/// Reads the initialization of a soft prompt by its name in code, so that stored files stay readable. Anything else is an error.
/// </summary>
internal sealed class SoftPromptStartConverter : JsonConverter<SoftPromptStart>
{
    public override SoftPromptStart Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return EnumNames.Stored<SoftPromptStart>(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);
        }
        catch (InvalidDataException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, SoftPromptStart value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
