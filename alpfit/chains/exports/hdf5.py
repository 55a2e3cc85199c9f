"""``hdf5``: one file ``NAME.h5`` with a data set a column.

Groups ``parameters``, ``derived`` and ``log_likelihood`` (by measurement); beside them ``weight``, ``log_weight``,
``log_likelihood_total`` and, where there are, ``log_likelihood_birth`` and ``chain``. Evidence, cost and trust are
attributes of the file, the diagnostics those of a group of that name.
"""

from io import BytesIO
from pathlib import Path

from alpfit.chains.exports.base import Contents, Format, chain_numbers, facts


def write(root: Path, contents: Contents) -> None:
    """Write ``root`` and ``.h5``."""
    import h5py

    samples, attributes = contents.samples, facts(contents.samples)
    groups = {
        "parameters": samples.parameters,
        "derived": samples.derived,
        "log_likelihood": samples.log_l_by_entry,
    }
    memory = BytesIO()  # HDF5 that cannot write to a full disk ends the process
    with h5py.File(memory, "w", track_order=True) as stream:
        stream["weight"] = samples.weights
        stream["log_weight"] = samples.log_weights
        stream["log_likelihood_total"] = samples.log_l
        if samples.log_l_birth is not None:
            stream["log_likelihood_birth"] = samples.log_l_birth
        if samples.n_chains > 1:
            stream["chain"] = chain_numbers(samples)
        for group, columns in groups.items():
            target = stream.create_group(group, track_order=True)
            for name, values in columns.items():
                target[name] = values
        stream.create_group("diagnostics").attrs.update(attributes.pop("diagnostics"))
        stream.attrs.create("shortfalls", attributes.pop("shortfalls"), dtype=h5py.string_dtype())
        stream.attrs.update(attributes)
    root.with_name(f"{root.name}.h5").write_bytes(memory.getbuffer())


FORMAT = Format(write, r"\.h5")
