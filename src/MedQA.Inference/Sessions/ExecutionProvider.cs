namespace MedQA.Inference.Sessions;

/// <summary>What computes the graph: ONNX Runtime's word for a kind of device.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor. In every flavour of ONNX Runtime.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU. Only in a host that references Microsoft.ML.OnnxRuntime.Gpu.</summary>
    Cuda,
}
