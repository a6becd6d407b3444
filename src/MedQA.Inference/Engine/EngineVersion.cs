using System.Globalization;
using MedQA.Inference.Optimization;
using MedQA.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace MedQA.Inference.Engine;

/// <summary>What besides the model decides the bits of a result.</summary>
internal static class EngineVersion
{
    // Goes up with every change of the passes (chunks, plans, order of slots) or of the sampler: results of different numbers may
    // differ in their last bits and so, rarely, in a sampled token.
    private const int Number = 1;

    // What FastGraph.Version begins with, in a fingerprint.
    private const string Graph = "; graph ";

    /// <summary>Returns whether an engine fingerprint says that a fast graph computed.</summary>
    public static bool HasFastGraph(string fingerprint) => fingerprint.Contains(Graph, StringComparison.Ordinal);

    /// <summary>Returns the engine fingerprint; see <see cref="Evaluation.LanguageModels.ModelDescription.EngineFingerprint"/>.</summary>
    /// <param name="options">How the model was loaded.</param>
    /// <param name="canPack">Whether samples share a row.</param>
    /// <param name="hasFastGraph">Whether the graph that <see cref="FastGraph"/> made computes it.</param>
    public static string Describe(ModelOptions options, bool canPack, bool hasFastGraph)
    {
        var provider = options.Provider == ExecutionProvider.Cpu ? $"cpu {Processor.InstructionSet}" : "cuda without TF32";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"engine {Number}; ONNX Runtime {OrtEnv.Instance().GetVersionString()}; {provider}; {(canPack ? "packed" : "rows")}; cache "
                + $"{options.MemoryBudget}{(hasFastGraph ? $"; {FastGraph.Version}" : "")}");
    }
}
