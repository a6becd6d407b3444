namespace MedQA.Inference.Models;

/// <summary>What is wrong with a model, as far as a caller can act on it.</summary>
public enum ModelFault
{
    /// <summary>A folder or file that the model needs is not there.</summary>
    MissingFile,

    /// <summary>A file is there but is cut off, not in its format, or contradicts itself.</summary>
    DamagedFile,

    /// <summary>A file names something outside the model's folder.</summary>
    OutsideFolder,

    /// <summary>The graph's inputs and outputs, or the stated model type, are none that the engine knows.</summary>
    UnknownArchitecture,

    /// <summary>The tokenizer uses a component that this reader does not have.</summary>
    UnknownTokenizerComponent,

    /// <summary>The chat template uses a construct that this renderer does not have.</summary>
    UnknownTemplateConstruct,

    /// <summary>The execution provider cannot be used on this machine or with this model.</summary>
    Provider,
}
