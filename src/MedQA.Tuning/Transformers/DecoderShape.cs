using MedQA.Evaluation;
using MedQA.Inference.Models;

namespace MedQA.Tuning.Transformers;

/// <summary>
/// The shape of a decoder of the Llama family (Llama, SmolLM2, Mistral, Qwen2) according to config.json: pre-norm blocks of grouped
/// attention with rotary positions and a gated SiLU network.
/// </summary>
internal sealed record DecoderShape
{
    private static readonly string[] Families = ["llama", "mistral", "qwen2"];

    /// <summary>Decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>The size of a key or value of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width of the hidden state.</summary>
    public required int Hidden { get; init; }

    /// <summary>The size of the vocabulary.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Added to the mean square before its root is taken.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Base of the rotary angles.</summary>
    public required double RotaryBase { get; init; }

    /// <summary>Divides the positions (rotary scaling "linear"); 1 for none.</summary>
    public double RotaryFactor { get; init; } = 1;

    /// <summary>Whether the output head shares the embedding.</summary>
    public required bool Tied { get; init; }

    /// <summary>Reads a model's config.json.</summary>
    /// <exception cref="UnusableException">
    /// The file is missing or damaged, or the model is not tunable; the message names what is not supported.
    /// </exception>
    public static DecoderShape Read(string folder)
    {
        var file = Path.Combine(folder, "config.json");
        var config = ModelJson.Read(file)
            ?? throw new UnusableException(
                file,
                "the file is missing, and tuning needs its sizes and rotary base",
                "Copy the model's config.json into the folder");
        var family = config.Get("model_type").Text();
        if (!Families.Contains(family))
        {
            throw Unsupported(file, $"models of type \"{family}\" cannot be tuned, only {string.Join(", ", Families)}");
        }

        if (config.Find("hidden_act")?.Text() is { } activation && activation != "silu")
        {
            throw Unsupported(file, $"the activation \"{activation}\" is not supported, only silu");
        }

        if (config.Find("mlp_bias")?.Flag() == true)
        {
            throw Unsupported(file, "biases in the gated network (mlp_bias) are not supported");
        }

        var heads = config.Get("num_attention_heads").Integer();
        var hidden = config.Get("hidden_size").Integer();
        var context = config.Get("max_position_embeddings").Integer();
        if (config.Find("sliding_window")?.Integer() is { } window
            && window < context
            && config.Find("use_sliding_window")?.Flag() != false)
        {
            throw Unsupported(
                file,
                $"a sliding window of {window:N0} tokens is shorter than the context of {context:N0}; only full attention is "
                    + "supported");
        }

        var (rotaryBase, factor) = ReadRotary(config, file);
        return new()
        {
            Layers = config.Get("num_hidden_layers").Integer(),
            Heads = heads,
            KeyValueHeads = config.Find("num_key_value_heads")?.Integer() ?? heads,
            HeadSize = config.Find("head_dim")?.Integer() ?? (hidden / heads),
            Hidden = hidden,
            Vocabulary = config.Get("vocab_size").Integer(),
            NormEpsilon = config.Get("rms_norm_eps").Element.GetDouble(),
            RotaryBase = rotaryBase,
            RotaryFactor = factor,
            Tied = config.Find("tie_word_embeddings")?.Flag() ?? false,
        };
    }

    /// <summary>Reads the rotary base, which older files have next to the scaling and newer files within it.</summary>
    private static (double Base, double Factor) ReadRotary(ModelJson config, string file)
    {
        var parameters = config.Find("rope_parameters") ?? config.Find("rope_scaling");
        var rotaryBase = (parameters?.Find("rope_theta") ?? config.Find("rope_theta"))?.Element.GetDouble() ?? 10000;
        var kind = (parameters?.Find("rope_type") ?? parameters?.Find("type"))?.Text() ?? "default";
        return kind switch
        {
            "default" => (rotaryBase, 1),
            "linear" => (rotaryBase, parameters!.Value.Get("factor").Element.GetDouble()),
            _ => throw Unsupported(file, $"the rotary scaling \"{kind}\" is not supported, only default and linear"),
        };
    }

    private static UnusableException Unsupported(string file, string problem) =>
        new(file, problem, "Tune another model");
}
