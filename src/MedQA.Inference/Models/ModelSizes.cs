using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Inference.Models;

/// <summary>What the files of a model's folder say that its number of parameters depends on.</summary>
internal static class ModelSizes
{
    /// <summary>Kinds of models whose embeddings are the last layer's weights unless their configuration says otherwise.</summary>
    private static readonly string[] TiedKinds = ["gpt2", "gemma", "gemma2", "gemma3", "gemma3_text", "gpt_neo", "opt", "bloom"];

    /// <summary>Returns what people state in <see cref="ModelFolder.FactsFile"/>; <see langword="null"/> without such a file.</summary>
    /// <exception cref="UnusableException">The file says something else, or something wrong.</exception>
    public static ModelFacts? StatedIn(string path)
    {
        if (ModelJson.Read(path) is not { } file)
        {
            return null;
        }

        foreach (var (name, _) in file.Members())
        {
            if (name is not ("parameters" or "activeParameters" or "family"))
            {
                throw file.Damaged($"has the field \"{name}\", which is unknown: it has parameters, activeParameters and family");
            }
        }

        var (parameters, active, family) = (file.Find("parameters"), file.Find("activeParameters"), file.Find("family")?.Text());
        if (ModelFacts.FaultOf(parameters?.Element, active?.Element, family, isCounted: true) is { } fault)
        {
            throw new UnusableException(path, $"\"{fault.Path}\" {fault.Problem.TrimEnd('.')}", "Correct it");
        }

        return new ModelFacts
        {
            Parameters = parameters is { } all ? ParameterCount.Find(all.Element) : null,
            ActiveParameters = active is { } some ? ParameterCount.Find(some.Element) : null,
            Family = family,
            Stated = parameters is not null,
        };
    }

    /// <summary>Returns whether the table of embeddings is the last layer's weights as well.</summary>
    /// <param name="kind">The kind of model.</param>
    /// <param name="configurations">The configuration and, of a model that also sees or hears, that of its language half.</param>
    public static bool AreTied(string kind, params ReadOnlySpan<ModelJson?> configurations)
    {
        foreach (var configuration in configurations)
        {
            if (configuration?.Find("tie_word_embeddings") is { } stated)
            {
                return stated.Flag();
            }
        }

        return TiedKinds.Contains(kind);
    }

    /// <summary>
    /// Returns how many parameters take no part in a token, of a mixture of experts: those of the experts that are not chosen. 0 for
    /// other models, and where the configuration does not say.
    /// </summary>
    public static long Idle(ModelJson? configuration)
    {
        if (Number(configuration, "num_local_experts", "num_experts", "n_routed_experts") is not { } experts
            || Number(configuration, "num_experts_per_tok", "num_experts_per_token", "experts_per_token") is not { } chosen
            || Number(configuration, "hidden_size") is not { } hidden
            || Number(configuration, "moe_intermediate_size", "intermediate_size") is not { } inner
            || Number(configuration, "num_hidden_layers") is not { } layers
            || chosen >= experts)
        {
            return 0;
        }

        // The first layers can be dense, and experts can be in every second layer only.
        var dense = Number(configuration, "first_k_dense_replace") ?? 0;
        var listed = configuration?.Find("mlp_only_layers") is { IsArray: true } list ? list.Items().Count() : 0;
        var step = Math.Max(1, Number(configuration, "decoder_sparse_step") ?? 1);
        return (((layers - dense) / step) - listed) * (experts - chosen) * 3 * hidden * inner;
    }

    private static long? Number(ModelJson? configuration, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (configuration?.Find(name) is { } value)
            {
                return value.Integer();
            }
        }

        return null;
    }
}
