using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;

namespace MedQA.Pipeline.Profiles;

/// <summary>The profiles of a host: built in, from files, or both. <see cref="ProfileCatalog"/> has those of the service.</summary>
public interface IProfileSource
{
    /// <summary>The names of all profiles, in the order in which people should see them.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The profile of a name, or <see langword="null"/>.</summary>
    /// <exception cref="InputException">There is a file of that name and it holds no usable profile.</exception>
    Profile? Find(string name);
}
