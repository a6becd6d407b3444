namespace MedQA.Inference.Checking;

/// <summary>The progress of a check.</summary>
/// <param name="File">The file that is being checked, relative to the references' folder.</param>
/// <param name="Done">Items of it that are checked.</param>
/// <param name="Items">Items of it to check.</param>
public sealed record ReferenceCheckProgress(string File, int Done, int Items);
