using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MedQA.Inference.Sessions;

/// <summary>What the processor of this machine can do, as far as ONNX Runtime's products of 8-bit numbers depend on it.</summary>
internal static class Processor
{
    /// <summary>Whether it has AVX512_VNNI, with which ONNX Runtime multiplies 8-bit numbers: bit 11 of ECX of leaf 7.</summary>
    public static bool HasVnni512 { get; } = Avx512F.IsSupported && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;

    /// <summary>Its architecture and the widest instructions of that kind, for example <c>x64 avx512vnni</c>.</summary>
    public static string InstructionSet { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "x64",
        Architecture.Arm64 => "arm64",
        var other => other.ToString(),
    } + Instructions();

    private static string Instructions() =>
        HasVnni512 ? " avx512vnni"
        : Avx512F.IsSupported ? " avx512"
        : AvxVnni.IsSupported ? " avxvnni"
        : Avx2.IsSupported ? " avx2"
        : Dp.IsSupported ? " dotprod"
        : "";
}
