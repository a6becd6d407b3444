using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using MedQA.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace MedQA.Inference.Engine;

/// <summary>What besides the model decides the bits of a result.</summary>
internal static class EngineVersion
{
    // Goes up with every change of the passes (chunks, plans, order of slots) or of the sampler: results of different numbers may
    // differ in their last bits and so, rarely, in a sampled token.
    private const int Number = 1;

    /// <summary>Returns the engine fingerprint; see <see cref="Evaluation.LanguageModels.ModelDescription.EngineFingerprint"/>.</summary>
    public static string Describe(ModelOptions options, bool canPack)
    {
        var provider = options.Provider == ExecutionProvider.Cpu ? $"cpu {InstructionSet()}" : "cuda";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"engine {Number}; ONNX Runtime {OrtEnv.Instance().GetVersionString()}; {provider}; {(canPack ? "packed" : "rows")}; cache "
                + $"{options.MemoryBudget}");
    }

    private static string InstructionSet()
    {
        var architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            var other => other.ToString(),
        };
        if (X86Base.IsSupported)
        {
            // Leaf 7: bit 11 of ECX is AVX512_VNNI, with which ONNX Runtime multiplies int8.
            var hasVnni512 = Avx512F.IsSupported && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
            return architecture
                + (hasVnni512
                    ? " avx512vnni"
                    : Avx512F.IsSupported
                    ? " avx512"
                    : AvxVnni.IsSupported
                    ? " avxvnni"
                    : Avx2.IsSupported
                    ? " avx2"
                    : "");
        }

        return architecture + (Dp.IsSupported ? " dotprod" : "");
    }
}
